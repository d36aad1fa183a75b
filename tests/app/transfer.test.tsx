// @vitest-environment jsdom
import './browser.ts';
import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { TransferScreen } from '../../src/app/tablet/transfer/TransferScreen.tsx';
import type { VaultApi } from '../../src/vault/api.ts';
import { aLamp, renderWith } from './fake-lamp.tsx';

const open = (changes: Partial<VaultApi> = {}) => {
  renderWith(aLamp({ changes }), <TransferScreen timeZone="America/Chicago" go={() => undefined} />);
  return userEvent.setup();
};
const REPORT = {
  from: 'Tablet 4W-1',
  writtenAt: '2026-11-24T15:05:00.000Z',
  entries: 214,
  fresh: 12,
  tablets: ['4W-1', '4W-3', 'the server'],
  refused: 0,
  problems: [],
};

describe('pass records on', () => {
  beforeAll(() => {
    URL.createObjectURL = () => 'blob:file';
    URL.revokeObjectURL = () => undefined;
  });

  it('says what is in the file and who can open it, and offers to save it', async () => {
    const exportFile = vi.fn(aLamp().vault.exportFile);
    const user = open({ exportFile });
    await user.click(screen.getByRole('button', { name: /Save to a file/ }));
    await user.click(screen.getByRole('radio', { name: 'What the server lacks' }));
    await user.click(screen.getByRole('button', { name: 'Make the file' }));
    expect((await screen.findByRole('status')).textContent).toMatch(
      /12 entries of Tablet 4W-2.*only at this hospital/,
    );
    expect(exportFile).toHaveBeenCalledWith({ since: 'server' });
    expect(screen.getByRole('link', { name: 'Save the file' }).getAttribute('download')).toMatch(/\.age$/);
  });

  it('says how many entries came, of whom, and how many were new', async () => {
    const user = open({ importFile: async () => ({ ok: true, value: REPORT }) });
    await user.click(screen.getByRole('button', { name: /Read a file/ }));
    await user.upload(
      document.querySelector<HTMLInputElement>('input[type=file]')!,
      new File(['x'], 'x.age'),
    );
    const receipt = await screen.findByRole('status', { name: 'Receipt' });
    expect(receipt.textContent).toMatch(/214 entries of 4W-1, 4W-3 and the server, 12 new/);
  });

  it('says that a file was cut and that entries were refused, with the reason', async () => {
    const user = open({
      importFile: async () => ({
        ok: true,
        value: {
          ...REPORT,
          cut: 'The file is cut or damaged after 60 of 214 entries.',
          refused: 1,
          problems: ['the signature of entry 7 is not its writer’s'],
        },
      }),
    });
    await user.click(screen.getByRole('button', { name: /Read a file/ }));
    await user.upload(
      document.querySelector<HTMLInputElement>('input[type=file]')!,
      new File(['x'], 'x.age'),
    );
    const alerts = await screen.findAllByRole('alert');
    expect(alerts.map((alert) => alert.textContent).join(' ')).toMatch(
      /cut or damaged after 60 of 214 entries.*1 entry was not taken.*the signature of entry 7/,
    );
  });

  it('a tablet with no camera says so and points to the file', async () => {
    Object.assign(navigator, {
      mediaDevices: { getUserMedia: () => Promise.reject(new DOMException('none', 'NotFoundError')) },
    });
    const user = open();
    await user.click(screen.getByRole('button', { name: /Give to a tablet/ }));
    expect((await screen.findByRole('alert')).textContent).toBe(
      'This tablet has no such camera. Use a file.',
    );
  });
});
