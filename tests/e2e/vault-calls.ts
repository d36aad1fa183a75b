import type { BrowserContext, Page } from 'playwright-core';
import type { VaultApi } from '../../src/vault/api.ts';

/**
 * Lets a test talk to the vault worker of a page as the page itself does, so that hundreds of entries go through the
 * real vault without hundreds of taps. Nothing of the app knows of it: the test keeps the worker as it is made.
 *
 * @param inHand somebody touches the tablet now and then. One that lies untouched for two minutes locks itself, which
 *   a test that waits for another tablet, or for a slow machine, does not mean.
 */
export async function watchVault(context: BrowserContext, inHand = true): Promise<void> {
  if (inHand)
    await context.addInitScript(() => {
      setInterval(() => dispatchEvent(new Event('pointerdown')), 20_000);
    });
  await context.addInitScript(() => {
    const Original = window.Worker;
    window.Worker = class extends Original {
      constructor(url: string | URL, options?: WorkerOptions) {
        super(url, options);
        if (String(url).includes('vault-worker')) Object.assign(window, { vaultOfThisTest: this });
      }
    };
  });
}

/** Calls one method of the vault through its worker (Comlink's wire format). */
export function callVault<M extends keyof VaultApi>(
  page: Page,
  method: M,
  ...args: Parameters<VaultApi[M]>
): Promise<Awaited<ReturnType<VaultApi[M]>>> {
  // The browser hands back plain JSON; what it means is the vault's own type.
  return page.evaluate(callInPage, { name: method as string, values: args as unknown[] }) as Promise<
    Awaited<ReturnType<VaultApi[M]>>
  >;
}

function callInPage({ name, values }: { name: string; values: unknown[] }): Promise<unknown> {
  return new Promise((resolve) => {
    const worker = (window as unknown as { vaultOfThisTest: Worker }).vaultOfThisTest;
    const id = crypto.randomUUID();
    const answer = (event: MessageEvent<{ id?: string; value?: unknown }>): void => {
      if (event.data?.id !== id) return;
      worker.removeEventListener('message', answer);
      resolve(event.data.value);
    };
    worker.addEventListener('message', answer);
    worker.postMessage({
      id,
      type: 'APPLY',
      path: [name],
      argumentList: values.map((value) => ({ type: 'RAW', value })),
    });
  });
}
