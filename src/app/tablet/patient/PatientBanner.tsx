import {
  type Chart,
  displayName,
  EHR_ALLERGIES_UNREAD,
  formatAge,
  formatDate,
  sexInWords,
} from '../../../clinical/index.ts';

const TITLES = {
  known: 'Known allergies',
  nilknown: 'No known allergies',
  notasked: 'Allergies not recorded',
  unavailable: 'Allergies unavailable',
} as const;

/** NHS Common User Interface, Patient Banner 4.0: on every screen that can write. The bed last: it identifies nobody. */
export function PatientBanner({
  chart,
  now,
  timeZone,
  alike,
}: {
  chart: Chart;
  now: string;
  timeZone: string;
  /** Who on this ward is easily taken for this patient. */
  alike?: readonly string[] | undefined;
}) {
  const { identity, allergies } = chart;
  return (
    <section className={identity.deceasedAt ? 'banner deceased' : 'banner'} aria-label="Patient">
      <span className="name">{displayName(identity.name)}</span>
      <span>
        <span className="label">Born</span>
        <strong>
          {identity.birthDate
            ? `${formatDate(identity.birthDate)}${identity.deceasedAt ? '' : ` (${formatAge(identity.birthDate, now, timeZone)})`}`
            : 'Not known'}
        </strong>
      </span>
      {identity.deceasedAt && (
        <span>
          <span className="label">Died</span>
          <strong>{formatDate(identity.deceasedAt)}</strong>
        </span>
      )}
      <span>
        <span className="label">Sex</span>
        <strong>{sexInWords(identity.sex)}</strong>
      </span>
      {identity.numbers.map((number) => (
        <span key={number.value}>
          <span className="label">{number.kind === 'MRT' ? 'Downtime number' : 'EHR number'}</span>
          <strong>{number.value}</strong>
        </span>
      ))}
      {alike && alike.length > 0 && (
        <span className="alarm name-alert">
          ▲ Name alert: also on this ward {alike.slice(0, 3).join('; ')}
          {alike.length > 3 && ` and ${alike.length - 3} more`}
        </span>
      )}
      <span
        className={`allergies ${allergies.status === 'known' || allergies.status === 'unavailable' ? 'alarm' : ''}`}
      >
        {allergies.status === 'known' ? '▲ ' : ''}
        {TITLES[allergies.status]}
        {allergies.list.length > 0 &&
          ` ${allergies.list.map((allergy) => `${allergy.substance.text}${allergy.reaction ? ` (${allergy.reaction})` : ''}`).join(', ')}`}
        {allergies.ehrUnread && `. ▲ ${EHR_ALLERGIES_UNREAD}`}
      </span>
      {identity.bed && <small className="quiet">Bed {identity.bed}</small>}
    </section>
  );
}
