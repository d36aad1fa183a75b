import { describe, expect, it } from 'vitest';
import type { VaultApi } from '../../src/vault/api.ts';
import type { AuditTrail } from '../../src/vault/audit.ts';
import { audited } from '../../src/vault/audited.ts';

const NORA = { id: 'a'.repeat(32), name: 'Nora Quinn', role: 'nurse' as const };
const PATIENT = 'b'.repeat(32);
const OTHER = 'c'.repeat(32);

/** A vault of which only what is asked for exists, and a trail that remembers. */
function watched(vault: Partial<VaultApi>) {
  const noted: unknown[] = [];
  const trail: AuditTrail = {
    note: (event) => void noted.push(event),
    flush: async () => undefined,
    append: async () => true,
  };
  const session = { staff: NORA, ward: { id: '4-west', name: '4 West' } };
  const api = audited(
    {
      unlock: async () => ({ ok: true, value: session }),
      ...vault,
    } as VaultApi,
    trail,
  );
  return { api, noted };
}

describe('the trail of a tablet', () => {
  it('says who put what on paper, about whom, and nothing of what stands on it', async () => {
    const { api, noted } = watched({});
    await api.unlock({ staff: NORA.id, pin: '135790', ward: '4-west' });
    await api.printed({ what: 'medication round', patients: [PATIENT, OTHER], pages: 2 });
    await api.printed({ what: 'blank form', patients: [], pages: 1 });
    expect(noted.slice(1)).toEqual([
      { what: 'printed', detail: 'medication round, 2 pages', patient: PATIENT, staff: NORA, ward: '4-west' },
      { what: 'printed', detail: 'medication round, 2 pages', patient: OTHER, staff: NORA, ward: '4-west' },
      { what: 'printed', detail: 'blank form, 1 page', staff: NORA, ward: '4-west' },
    ]);
  });

  it('says that a tablet was opened with a key, and who ordered it to be wiped, giving up what', async () => {
    const { api, noted } = watched({ orderWipe: async () => ({ ok: true, value: undefined }) });
    await api.unlock({
      staff: NORA.id,
      ward: '4-west',
      passkey: { credential: 'key', output: new Uint8Array(32) },
    });
    await api.orderWipe({ reason: 'sold', losing: { entries: 2, beds: ['12'] }, pin: '135790' });
    expect(noted).toMatchObject([
      { what: 'unlock', detail: 'by passkey or security key' },
      { what: 'wipe-ordered', detail: 'this tablet, giving up 2 entries: sold', staff: NORA },
    ]);
  });
});
