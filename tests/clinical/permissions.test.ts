import { describe, expect, it } from 'vitest';
import {
  isSignedWithPin,
  mayWrite,
  Role,
  refusalToWrite,
  WardBody,
  WRITERS,
} from '../../src/clinical/index.ts';

const KINDS = WardBody.options.map((option) => option.shape.kind.value);

describe('who may write what', () => {
  it('has a rule for every kind of entry', () => {
    expect(Object.keys(WRITERS).sort()).toEqual([...KINDS].sort());
  });

  it('lets nurses chart, clinicians alone order, and the desk alone decide about records', () => {
    const may = (role: Role) => KINDS.filter((kind) => mayWrite(role, kind)).sort();
    const bedside: string[] = [
      'allergy-recorded',
      'attachment',
      'bed-assigned',
      'body-measured',
      'conflict-settled',
      'device-charted',
      'escalation-recorded',
      'escalation-seen',
      'handoff-read',
      'handoff-written',
      'patient-taken',
      'pregnancy-recorded',
      'result-acknowledged',
      'result-received',
      'screen-recorded',
      'dose-reassessed',
      'dose-vomited',
      'entry-vouched',
      'entry-witnessed',
      'entered-in-error',
      'fluid-recorded',
      'form-answered',
      'gcs-assessed',
      'glucose-measured',
      'infusion-charted',
      'medication-administration',
      'no-known-allergies-recorded',
      'note',
      'order-acknowledged',
      'order-received',
      'pain-assessed',
      'patch-removed',
      'patient-moved',
      'patient-registered',
      'record-moved',
      'vital-signs',
    ].sort();
    expect(may('nurse')).toEqual(bedside);
    expect(may('clinician')).toEqual(
      [...bedside, 'order-held', 'order-resumed', 'order-signed', 'order-stopped'].sort(),
    );
    expect(may('read-only')).toEqual([]);
    expect(may('administrator')).toEqual([]);
    expect(
      may('records').filter(
        (kind) =>
          (bedside.includes(kind) && !['entry-vouched', 'record-moved'].includes(kind)) ||
          isSignedWithPin(kind),
      ),
    ).toEqual([]);
  });

  it('says why in the user’s words, and only when it refuses', () => {
    for (const role of Role.options)
      for (const kind of KINDS) expect(refusalToWrite(role, kind) === undefined).toBe(mayWrite(role, kind));
    expect(refusalToWrite('nurse', 'order-signed')).toBe('Only a clinician signs orders.');
    expect(refusalToWrite('read-only', 'note')).toContain('read this record');
  });
});
