import { Button, NativeSelect, TextInput } from '@mantine/core';
import { useState } from 'react';
import { formatInstant } from '../../clinical/index.ts';
import { AUDITED, AuditList } from '../../wire/audit.ts';
import { Sideways } from '../Sideways.tsx';
import { usePoll } from '../use-poll.ts';

type Patient = NonNullable<AuditList['events'][number]['patient']>;

/** Who did what with the record: filters, "who looked at this patient?" in one tap, and the export for machines. */
export function AuditCard({ staff, timeZone }: { staff: { id: string; name: string }[]; timeZone: string }) {
  const [what, setWhat] = useState('');
  const [person, setPerson] = useState('');
  const [from, setFrom] = useState('');
  const [to, setTo] = useState('');
  const [patient, setPatient] = useState<Patient>();
  const query = new URLSearchParams(
    Object.entries({ what, staff: person, from, to, patient: patient?.id ?? '' }).filter(
      ([, value]) => value !== '',
    ),
  ).toString();
  const trail = usePoll(`/api/admin/audit?${query}`, AuditList, 15_000);
  return (
    <section className="card stack" aria-label="Audit trail">
      <div className="row between">
        <h2>Audit trail</h2>
        <Button component="a" variant="default" href={`/api/admin/audit/fhir?${query}`} download>
          Export as FHIR AuditEvent
        </Button>
      </div>
      <div className="row fields">
        <NativeSelect
          label="What"
          value={what}
          onChange={(event) => setWhat(event.currentTarget.value)}
          data={[
            { value: '', label: 'Everything' },
            ...Object.entries(AUDITED).map(([value, label]) => ({ value, label })),
          ]}
        />
        <NativeSelect
          label="Who"
          value={person}
          onChange={(event) => setPerson(event.currentTarget.value)}
          data={[
            { value: '', label: 'Everybody' },
            ...staff.map(({ id, name }) => ({ value: id, label: name })),
          ]}
        />
        <TextInput
          label="From"
          type="date"
          value={from}
          onChange={(event) => setFrom(event.currentTarget.value)}
        />
        <TextInput label="To" type="date" value={to} onChange={(event) => setTo(event.currentTarget.value)} />
      </div>
      {patient && (
        <p className="notice row between">
          Who looked at {patient.name}?
          <Button variant="default" onClick={() => setPatient(undefined)}>
            Show everybody again
          </Button>
        </p>
      )}
      {trail.problem && <p className="notice stop">{trail.problem}</p>}
      <AuditTable list={trail.value} timeZone={timeZone} onPatient={setPatient} />
    </section>
  );
}

/** Events, newest first. */
export function AuditTable({
  list,
  timeZone,
  onPatient,
}: {
  list: AuditList | undefined;
  timeZone: string;
  onPatient?: (patient: Patient) => void;
}) {
  if (!list) return <p>Opening the trail…</p>;
  if (list.events.length === 0) return <p>Nothing is recorded here.</p>;
  return (
    <Sideways label="Audit trail, scrolls sideways">
      <table className="facts">
        <thead>
          <tr>
            <th>When</th>
            <th>Who</th>
            <th>What</th>
            <th>Patient</th>
            <th>Where</th>
          </tr>
        </thead>
        <tbody>
          {list.events.map((event, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: events of one entry are told apart by nothing else, and the list is only ever replaced whole.
            <tr key={`${event.entry} ${index}`}>
              <td style={{ whiteSpace: 'nowrap' }}>{formatInstant(event.at, timeZone)}</td>
              <td>{event.staff ? `${event.staff.name} · ${event.staff.role}` : 'not on the staff list'}</td>
              <td
                className={event.what.endsWith('-failed') || event.what === 'emergency-access' ? 'alarm' : ''}
              >
                {AUDITED[event.what] ?? event.what}
                {event.detail && <div className="quiet">{event.detail}</div>}
              </td>
              <td>
                {event.patient &&
                  (onPatient ? (
                    <Button
                      variant="default"
                      aria-label={`Who looked at ${event.patient.name}?`}
                      onClick={() => event.patient && onPatient(event.patient)}
                    >
                      {event.patient.name}
                    </Button>
                  ) : (
                    event.patient.name
                  ))}
              </td>
              <td>{event.device}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Sideways>
  );
}
