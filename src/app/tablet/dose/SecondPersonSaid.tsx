import { formatInstant, type Signature } from '../../../clinical/index.ts';

/** Who signed as the second person, or that nobody has yet. */
export function SecondPersonSaid({
  signed,
  lacking,
  timeZone,
}: {
  signed: readonly Signature[];
  lacking: boolean;
  timeZone: string;
}) {
  return (
    <>
      {signed.map(({ id, by, at, statement }) => (
        <span key={id} className="quiet">
          <br />
          Second person: {by}, {formatInstant(at, timeZone)}
          {statement === undefined ? '' : `. ${statement}`}
        </span>
      ))}
      {lacking && <span className="alarm"> ▲ second signature missing</span>}
    </>
  );
}
