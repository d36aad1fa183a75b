import {
  ageAtDeath,
  type Chart,
  displayName,
  EHR_ALLERGIES_UNREAD,
  formatAge,
  formatDate,
  formatInstant,
  formatNumber,
  inForce,
  knownWeight,
  sexInWords,
} from '../../../clinical/index.ts';

const TITLES = {
  known: 'Known allergies',
  nilknown: 'No known allergies',
  notasked: 'Allergies not recorded',
  unavailable: 'Allergies unavailable',
} as const;

/**
 * NHS Common User Interface, Patient Banner 4.0: on every screen that can write. Set apart from who it is: allergies,
 * then code status, isolation and weight. The bed last: it identifies nobody.
 */
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
  const died = identity.deceased === true || identity.deceasedAt !== undefined;
  const atDeath = ageAtDeath(identity.birthDate, identity.deceasedAt);
  const weight = knownWeight(chart);
  return (
    <section className={died ? 'banner deceased' : 'banner'} aria-label="Patient">
      <div className="banner-part">
        <span className="name">{displayName(identity.name)}</span>
        <Fact label="Born">
          {identity.birthDate
            ? `${formatDate(identity.birthDate)}${died ? '' : ` (${formatAge(identity.birthDate, now, timeZone)})`}`
            : 'Not known'}
        </Fact>
        {died && (
          <Fact label="Died">
            {identity.deceasedAt === undefined ? 'Date not recorded' : formatDate(identity.deceasedAt)}
          </Fact>
        )}
        {atDeath !== undefined && <Fact label="Age at Death">{atDeath}</Fact>}
        <Fact label="Sex">{sexInWords(identity.sex)}</Fact>
        {identity.numbers.map((number) => (
          <Fact key={number.value} label={number.kind === 'MRT' ? 'Downtime number' : 'EHR number'}>
            {number.value}
          </Fact>
        ))}
        {alike && alike.length > 0 && (
          <span className="alarm name-alert">
            ▲ Name alert: also on this ward {alike.slice(0, 3).join('; ')}
            {alike.length > 3 && ` and ${alike.length - 3} more`}
          </span>
        )}
      </div>
      <span
        // On a phone this line alone stays in sight, so it begins with whose it is (tokens.css).
        data-whose={displayName(identity.name)}
        className={`allergies ${allergies.status === 'known' || allergies.status === 'unavailable' ? 'alarm' : ''}`}
      >
        {allergies.status === 'known' ? '▲ ' : ''}
        {TITLES[allergies.status]}
        {allergies.list.length > 0 &&
          ` ${allergies.list.map((allergy) => `${allergy.substance.text}${allergy.reaction ? ` (${allergy.reaction})` : ''}`).join(', ')}`}
        {allergies.ehrUnread && `. ▲ ${EHR_ALLERGIES_UNREAD}`}
      </span>
      <div className="banner-part">
        <Fact label="Code status">{inForce(chart, 'code-status').join('; ') || 'Not recorded here'}</Fact>
        <Fact label="Isolation">{inForce(chart, 'isolation').join('; ') || 'Not recorded here'}</Fact>
        <Fact label="Weight">
          {weight
            ? `${formatNumber(weight.kg)} kg (${formatInstant(weight.at, timeZone).slice(0, 11)}, ${weight.method === 'ehr' ? 'EHR' : weight.method})`
            : 'Not recorded'}
        </Fact>
        {identity.bed && <small className="quiet">Bed {identity.bed}</small>}
      </div>
    </section>
  );
}

function Fact({ label, children }: { label: string; children: string }) {
  return (
    <span>
      <span className="label">{label}</span>
      <strong>{children}</strong>
    </span>
  );
}
