import type { AuditEvent } from '../site/index.ts';
import type { Result, Session, VaultApi } from './api.ts';
import type { AuditTrail } from './audit.ts';

/** What may be looked up of a vault that is watched. */
type Watched = Omit<VaultApi, 'finish' | 'printed'>;

/**
 * The vault with its trail: who unlocked or tried to, whose chart was opened, what left the tablet. An unlock and a look
 * are on the disk before anything is shown; the rest is written within a second. Screens that only fold a chart again are
 * one look.
 */
export function audited(vault: Watched, trail: AuditTrail): VaultApi {
  let session: Session | undefined;

  const note = (event: Omit<AuditEvent, 'at' | 'staff' | 'ward'>): void => {
    if (session) trail.note({ ...event, staff: session.staff, ward: session.ward.id });
  };
  /** Notes what went well; a failure is the caller's to show. */
  async function noted<T, K extends string>(
    result: Promise<Result<T, K>>,
    event: Omit<AuditEvent, 'at' | 'staff' | 'ward'>,
  ): Promise<Result<T, K>> {
    const outcome = await result;
    if (outcome.ok) note(event);
    return outcome;
  }
  async function noteWrongPin(staff: string): Promise<void> {
    const person = (await vault.status()).staff.find(({ id }) => id === staff);
    trail.note({ what: 'unlock-failed', ...(person ? { staff: person } : {}) });
    await trail.flush();
  }

  return {
    ...vault,

    async unlock(request) {
      const result = await vault.unlock(request);
      if (result.ok) {
        session = result.value;
        note({ what: 'unlock', ...('passkey' in request ? { detail: 'by passkey or security key' } : {}) });
      } else if (result.error.kind === 'wrong-pin') await noteWrongPin(request.staff);
      // A browser that dies now has shown nothing that the trail does not know of.
      await trail.flush();
      return result;
    },

    async confirmPin(pin) {
      const result = await vault.confirmPin(pin);
      if (!result.ok && result.error.kind === 'wrong-pin') {
        note({ what: 'unlock-failed', detail: 'at a signature' });
        await trail.flush();
      }
      return result;
    },

    async witness(request) {
      const result = await vault.witness(request);
      if (!result.ok && result.error.kind === 'wrong-pin') await noteWrongPin(request.staff);
      return result;
    },

    async chart(patient, whole) {
      note({ what: 'chart-opened', patient });
      // Side by side: the chart takes longer to open than the look takes to be written.
      const [chart] = await Promise.all([vault.chart(patient, whole), trail.flush()]);
      return chart;
    },

    revoke: (request) =>
      noted(vault.revoke(request), {
        what: 'revoked',
        detail: `${request.kind} ${request.id.slice(0, 8)}: ${request.reason}`.slice(0, 500),
      }),

    orderWipe: (request) =>
      noted(vault.orderWipe(request), {
        what: 'wipe-ordered',
        detail:
          `this tablet${request.losing ? `, giving up ${request.losing.entries} entries` : ''}: ${request.reason}`.slice(
            0,
            500,
          ),
      }),

    addPasskey: (request) =>
      noted(vault.addPasskey(request), { what: 'sign-in-changed', detail: 'key added for tablets' }),

    changeSecret: (request) =>
      noted(vault.changeSecret(request), { what: 'sign-in-changed', detail: 'PIN or passphrase changed' }),

    removePasskey: (request) =>
      noted(vault.removePasskey(request), { what: 'sign-in-changed', detail: 'key removed for tablets' }),

    emergencyAccess: (request) =>
      noted(vault.emergencyAccess(request), {
        what: 'emergency-access',
        detail: `for ${request.name}, ${request.role}: ${request.reason}`.slice(0, 500),
      }),

    async exportFile(request) {
      const result = await vault.exportFile(request);
      // Also from a locked tablet, by whoever holds it.
      if (result.ok)
        trail.note({
          what: 'export',
          detail: `${result.value.entries} entries${result.value.readable ? '' : ', sealed'}`,
          ...(session ? { staff: session.staff, ward: session.ward.id } : {}),
        });
      return result;
    },

    importFile: (file) => noted(vault.importFile(file), { what: 'import' }),

    async qrRead(text) {
      const read = await vault.qrRead(text);
      if (read.kind === 'tablet' && read.pages > 0)
        note({ what: 'records-shown', detail: `${read.missing} entries to ${read.name}` });
      return read;
    },

    async printed({ patients, what, pages }) {
      const detail = `${what}, ${pages} ${pages === 1 ? 'page' : 'pages'}`.slice(0, 500);
      if (patients.length === 0) note({ what: 'printed', detail });
      for (const patient of patients) note({ what: 'printed', patient, detail });
      await trail.flush();
    },

    finish: () => trail.flush(),
  };
}
