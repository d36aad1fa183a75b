import type { BodyOf, Chart, Charted, MeasurementKind } from '../../../clinical/index.ts';
import { knownWeight, usualGlucoseUnit } from '../../../clinical/index.ts';
import { GcsForm } from './GcsForm.tsx';
import { BodyForm, FluidForm, GlucoseForm, PainForm } from './MeasureForms.tsx';

/** The form of one kind of measurement. */
export function MeasureTask({
  what,
  amend,
  chart,
  ...form
}: {
  what: MeasurementKind;
  amend?: Charted<BodyOf<MeasurementKind>> | undefined;
  chart: Chart;
  timeZone: string;
  now: string;
  onDone: (message: string) => void;
  onCancel: () => void;
}) {
  const props = { ...form, patient: chart.identity.id };
  const corrected = <K extends MeasurementKind>(kind: K): Charted<BodyOf<K>> | undefined =>
    amend?.body.kind === kind ? (amend as Charted<BodyOf<K>>) : undefined;
  switch (what) {
    case 'fluid-recorded':
      return <FluidForm {...props} amend={corrected(what)} />;
    case 'glucose-measured':
      return <GlucoseForm {...props} amend={corrected(what)} unit={usualGlucoseUnit(chart)} />;
    case 'pain-assessed':
      return <PainForm {...props} amend={corrected(what)} />;
    case 'gcs-assessed':
      return <GcsForm {...props} amend={corrected(what)} />;
    case 'body-measured': {
      // The same that doses go by: charted here or the EHR's; what is being corrected only where nothing else is known.
      const others = chart.measurements.filter(({ id }) => id !== amend?.id);
      const last = knownWeight({ ...chart, measurements: others }) ?? knownWeight(chart);
      return <BodyForm {...props} amend={corrected(what)} last={last?.kg} />;
    }
  }
}
