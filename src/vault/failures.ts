import Dexie from 'dexie';

/** What a storage error means to the person at the tablet. The text is still on the screen when this is shown. */
export function storageFailure(error: unknown): { kind: 'full' | 'storage'; message: string } {
  const name =
    error instanceof Dexie.DexieError
      ? ((error.inner as Error | undefined)?.name ?? error.name)
      : error instanceof Error
        ? error.name
        : '';
  if (name === 'QuotaExceededError') {
    return {
      kind: 'full',
      message:
        'This tablet is full and could not save. Nothing that was saved before is lost. Keep this screen open, chart on another tablet or on paper, and call the charge nurse.',
    };
  }
  return {
    kind: 'storage',
    message:
      'This tablet could not save. Nothing that was saved before is lost, and what you wrote is still on the screen. Try again; if it fails again, chart on another tablet or on paper.',
  };
}
