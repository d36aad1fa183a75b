import { Select, TextInput } from '@mantine/core';
import { useState } from 'react';
import { z } from 'zod';
import {
  ageInMonths,
  answersFromVitals,
  type BodyOf,
  type Chart,
  DEVICES,
  type Device,
  DeviceCharted,
  DeviceKind,
  type Draft,
  dayAndTime,
  freshVitals,
  LICENSED_TOOLS,
  mostAgeInYears,
  PregnancyRecorded,
  SITES,
  screenResult,
  screensFor,
} from '../../../clinical/index.ts';
import { FormFrame, TimeField, toLocal } from './FormFrame.tsx';
import { Pick } from './MeasureFrame.tsx';
import { readNumber } from './read-number.ts';
import { useEffectiveTime } from './use-effective-time.ts';
import { useKept, useKeptTime } from './use-kept.ts';
import { useSave } from './use-save.ts';

interface Props {
  chart: Chart;
  timeZone: string;
  now: string;
  onDone: (message: string) => void;
  onCancel: () => void;
}

/** What every form of this file has: its time, and one entry at its end. */
function useCare({ chart, timeZone, now, onDone, onCancel }: Props) {
  const [at, setAt] = useKeptTime(toLocal(now, timeZone));
  const time = useEffectiveTime(at, timeZone, now);
  const saving = useSave(timeZone);
  return {
    time,
    frame: { busy: saving.busy, problem: saving.problem, onCancel },
    field: <TimeField timeZone={timeZone} label="Time" time={time} onChange={setAt} />,
    save: (draft: Draft): void =>
      void saving.save(chart.identity.id, draft).then((message) => message && onDone(message)),
  };
}

const optional = <K extends string>(name: K, text: string): { [key in K]?: string } =>
  (text.trim() === '' ? {} : { [name]: text.trim() }) as { [key in K]?: string };

type Action = BodyOf<'device-charted'>['action'];

/** A line, tube or drain: put in, found, looked at, taken out. */
export function DeviceForm(props: Props & { device?: Device | undefined; action: Action }) {
  const { device, action } = props;
  const before = device?.first.body;
  const [kind, setKind] = useKept('device', DeviceKind.optional(), before?.device);
  const [put, setPut] = useKept('action', DeviceCharted.shape.action, action);
  const [site, setSite] = useKept('site', z.string(), before?.site ?? '');
  const [size, setSize] = useKept('size', z.string(), '');
  const [finding, setFinding] = useKept('finding', z.string(), '');
  const { time, frame, field, save } = useCare(props);
  const title = before
    ? `${DEVICES[before.device]}: ${action === 'removed' ? 'taken out' : 'look'}`
    : 'Line, tube or drain';
  return (
    <FormFrame
      {...frame}
      title={title}
      submit="Save"
      disabled={!kind || time.at === undefined}
      onSubmit={() =>
        kind &&
        save({
          kind: 'device-charted',
          effectiveAt: time.at ?? '',
          action: put,
          device: kind,
          ...(device ? { first: device.first.id } : {}),
          ...optional('site', site),
          ...optional('size', size),
          ...optional('finding', finding),
        })
      }
    >
      {!device && (
        <>
          <Select
            label="What"
            placeholder="Choose"
            maw={420}
            data={DeviceKind.options.map((value) => ({ value, label: DEVICES[value] }))}
            value={kind ?? null}
            onChange={(next) => setKind((next as DeviceKind | null) ?? undefined)}
          />
          <Pick
            label="Put in, or found in place"
            options={[
              { value: 'inserted' as const, label: 'Put in now' },
              { value: 'found' as const, label: 'Found in place' },
            ]}
            value={put === 'found' ? 'found' : 'inserted'}
            onChange={(next) => next && setPut(next)}
          />
          <div className="row fields">
            <TextInput
              label="Where"
              list="device-sites"
              value={site}
              onChange={(event) => setSite(event.currentTarget.value)}
              maw={320}
            />
            <TextInput
              label="Size"
              value={size}
              onChange={(event) => setSize(event.currentTarget.value)}
              maw={160}
            />
          </div>
          <datalist id="device-sites">
            {SITES.map((one) => (
              <option key={one} value={one} />
            ))}
          </datalist>
        </>
      )}
      <TextInput
        label="What was seen"
        placeholder="Clean, dry, no pain"
        value={finding}
        onChange={(event) => setFinding(event.currentTarget.value)}
      />
      {field}
    </FormFrame>
  );
}

const STATUSES: { value: BodyOf<'pregnancy-recorded'>['status']; label: string }[] = [
  { value: 'pregnant', label: 'Pregnant' },
  { value: 'within-42-days-after-birth', label: 'Within 42 days after birth' },
  { value: 'not-pregnant', label: 'Not pregnant' },
  { value: 'not-known', label: 'Not known' },
];

/** By it the score is chosen: NEWS2 never in pregnancy, nor within 42 days after birth. */
export function PregnancyForm(props: Props) {
  const [status, setStatus] = useKept('status', PregnancyRecorded.shape.status.optional(), undefined);
  const [weeks, setWeeks] = useKept('weeks', z.string(), '');
  const { time, frame, field, save } = useCare(props);
  const completed = readNumber(weeks);
  return (
    <FormFrame
      {...frame}
      title="Pregnancy"
      submit="Save"
      disabled={!status || time.at === undefined || (weeks.trim() !== '' && completed === undefined)}
      onSubmit={() =>
        status &&
        save({
          kind: 'pregnancy-recorded',
          effectiveAt: time.at ?? '',
          status,
          ...(status === 'pregnant' && completed !== undefined ? { weeks: Math.floor(completed) } : {}),
        })
      }
    >
      <Pick label="Pregnancy" options={STATUSES} value={status} onChange={setStatus} />
      {status === 'pregnant' && (
        <TextInput
          label="Completed weeks"
          inputMode="numeric"
          value={weeks}
          onChange={(event) => setWeeks(event.currentTarget.value)}
          maw={200}
        />
      )}
      {field}
    </FormFrame>
  );
}

/** One screen of the ward's, answered; or the total of a licensed tool, whose items are not ours to show. */
export function ScreenForm(props: Props & { screen: string }) {
  const { chart, now } = props;
  const person = {
    ageYears: mostAgeInYears(chart.identity.birthDate, now),
    ageMonths: ageInMonths(chart.identity.birthDate, now),
    pregnant:
      chart.care.pregnancy !== undefined &&
      !['not-pregnant', 'not-known'].includes(chart.care.pregnancy.body.status),
  };
  const table = screensFor(person, chart.settings.signedScreens).find(({ id }) => id === props.screen);
  const tool = LICENSED_TOOLS.find(({ id }) => id === props.screen);
  const vitals = freshVitals(chart, now);
  const [fromVitals] = useState(() => (table ? answersFromVitals(table, vitals?.body.values) : {}));
  const [answers, setAnswers] = useKept<Record<string, number>>(
    'answers',
    z.record(z.string(), z.number()),
    fromVitals,
  );
  // Which answers nobody gave by hand, and from when they are.
  const [taken, setTaken] = useKept(
    'taken',
    z.object({ at: z.string(), items: z.array(z.string()) }),
    { at: vitals?.body.effectiveAt ?? '', items: Object.keys(fromVitals) },
    { beside: true },
  );
  const [total, setTotal] = useKept('total', z.string(), '');
  const { time, frame, field, save } = useCare(props);
  const sum = readNumber(total);
  const result = table && screenResult(table, answers);
  const validTotal = tool && sum !== undefined && Number.isInteger(sum) && sum >= 0 && sum <= tool.most;
  return (
    <FormFrame
      {...frame}
      title={table?.title ?? tool?.title ?? 'Screen'}
      submit="Save"
      disabled={time.at === undefined || (table ? result?.answers.length === 0 : !validTotal)}
      onSubmit={() =>
        save({
          kind: 'screen-recorded',
          effectiveAt: time.at ?? '',
          ...(result ?? {
            screen: { id: tool?.id ?? '', title: tool?.title ?? '' },
            answers: [],
            total: sum ?? 0,
          }),
        })
      }
    >
      {table?.items.map((item) => (
        <Pick
          key={item.id}
          label={item.text}
          source={
            taken.items.includes(item.id)
              ? `from vital signs of ${dayAndTime(taken.at, now, props.timeZone)}`
              : undefined
          }
          options={item.options.map(({ label }, value) => ({ value, label }))}
          value={answers[item.id]}
          onChange={(next) => {
            const { [item.id]: _, ...others } = answers;
            setAnswers(next === undefined ? others : { ...others, [item.id]: next });
            setTaken({ ...taken, items: taken.items.filter((id) => id !== item.id) });
          }}
        />
      ))}
      {tool && (
        <TextInput
          label="Total, by the tool that your hospital has a licence for"
          description={`0 to ${tool.most}`}
          inputMode="numeric"
          value={total}
          onChange={(event) => setTotal(event.currentTarget.value)}
          maw={360}
        />
      )}
      {result && (
        <p role="status" className="notice">
          {result.total === undefined
            ? table?.scored
              ? `Not complete: ${result.answers.length} of ${table.items.length} answered, so there is no score`
              : ''
            : `Total ${result.total}`}
          {result.says ? ` ${result.says}` : ''}
        </p>
      )}
      {result?.asks && (
        <p role="alert" className="notice stop">
          ▲ {result.asks.words}. Once saved it stays on the patient’s page until somebody was told and came.
        </p>
      )}
      {table && <p className="quiet">{table.source}</p>}
      {field}
    </FormFrame>
  );
}
