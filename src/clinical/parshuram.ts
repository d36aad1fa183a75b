/**
 * After Parshuram and others, Crit Care 2009;13:R135 (open access, CC BY), as scores.md gives it: seven items, 0 to 26.
 * That exactly these seven are scored, its columns 0 1 2 4 and two of its saturation bands are unverified, so it is off
 * until a clinician has checked it against the article.
 */
export const PARSHURAM_SCORES = [0, 1, 2, 4] as const;

type Row = readonly [normal: string, one: string, two: string, four: string];
const band = (normal: string, ...limits: [high: number, low: number][]): Row => {
  const [one = '', two = '', four = ''] = limits.map(([high, low]) => `${high} or more, or ${low} or less`);
  return [normal, one, two, four];
};

/** By age in completed months: from, and below. */
export const PARSHURAM_AGES: readonly {
  id: string;
  says: string;
  from: number;
  below: number;
  heartRate: Row;
  systolic: Row;
  respiration: Row;
}[] = [
  {
    id: 'under-3-months',
    says: 'under 3 months',
    from: 0,
    below: 3,
    heartRate: band('111 to 149', [150, 110], [180, 90], [190, 80]),
    systolic: band('61 to 79', [80, 60], [100, 50], [130, 45]),
    respiration: band('30 to 60', [61, 29], [81, 19], [91, 15]),
  },
  {
    id: '3-to-11-months',
    says: '3 to 11 months',
    from: 3,
    below: 12,
    heartRate: band('101 to 149', [150, 100], [170, 80], [180, 70]),
    systolic: band('81 to 99', [100, 80], [120, 70], [150, 60]),
    respiration: band('25 to 50', [51, 24], [71, 19], [81, 15]),
  },
  {
    id: '1-to-3-years',
    says: '1 to 3 years',
    from: 12,
    below: 48,
    heartRate: band('91 to 119', [120, 90], [150, 70], [170, 60]),
    systolic: band('91 to 109', [110, 90], [125, 75], [160, 65]),
    respiration: band('20 to 40', [41, 19], [61, 15], [71, 12]),
  },
  {
    id: '4-to-11-years',
    says: '4 to 11 years',
    from: 48,
    below: 144,
    heartRate: band('71 to 109', [110, 70], [130, 60], [150, 50]),
    systolic: band('91 to 119', [120, 90], [140, 80], [170, 70]),
    respiration: band('20 to 30', [31, 19], [41, 14], [51, 10]),
  },
  {
    id: '12-years-and-over',
    says: '12 years and over',
    from: 144,
    below: 192,
    heartRate: band('61 to 99', [100, 60], [120, 50], [140, 40]),
    systolic: band('101 to 129', [130, 100], [150, 85], [190, 75]),
    respiration: band('12 to 16', [17, 11], [23, 10], [30, 9]),
  },
];
