import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unwrapUserKey } from '../../src/seal/index.ts';
import { createServer } from '../../src/server/create-server.ts';
import { enrol, freePort, openHospital, openTablet, PINS, unlock } from '../e2e/hospital.ts';
import { callVault, watchVault } from '../e2e/vault-calls.ts';
import { countTaps, timeFormularySearch } from './bedside.ts';
import { enrolOtherTablet } from './other-tablet.ts';
import { openPlainServer } from './plain-server.ts';
import { pouchUpload } from './pouchdb-peer.ts';
import {
  type Percentiles,
  pause,
  percentiles,
  storedRows,
  throttle,
  timeSavesAndBarePuts,
  timeUntilDrawn,
} from './tablet.ts';
import { timeThroughHub } from './through-hub.ts';

/** `npm run bench`: every figure with its floor beside it, in one run on this machine. */

const ENTRIES = Number(process.env.BENCH_ENTRIES ?? 50_000);
const UPLOAD = Number(process.env.BENCH_UPLOAD ?? 10_000);
const ROUNDS = 3;
const folder = mkdtempSync(join(tmpdir(), 'lamplight-bench-'));
const data = join(folder, 'data');
const ms = (value: number): string => value.toFixed(value < 10 ? 1 : 0);
const both = (value: Percentiles): string => `${ms(value.p50)} / ${ms(value.p95)}`;
const say = (line: string): void => void process.stdout.write(`${line}\n`);

// What a server knows of its keys is read where the server keeps it: the demo's first start writes it.
const port = await freePort();
let hospital = await openHospital({ port, data });
await hospital.stop();
const identity = JSON.parse(readFileSync(join(data, 'site-identity.json'), 'utf8')) as {
  site: string;
  recipient: string;
  recoveryRecipient: string;
};
const peek = await createServer({ dataDirectory: data, logLevel: 'silent' });
const ward = peek.context.site.directory().wards.get('4-west')!;
// A nurse whom the server knows: it does more with an entry than to store it.
const rostered = [...peek.context.site.roster().values()].find(({ name }) => name === 'Nora Quinn')!;
const key = (await unwrapUserKey(PINS.nurse, peek.context.site.pinSecret(rostered)!, rostered.wrapped))!;
const nurse = {
  author: { id: rostered.staff, name: rostered.name, role: rostered.role },
  signingKey: key.signingKey,
};
await peek.close();
hospital = await openHospital({ port, data });

const profile = join(folder, 'profile');
let tablet = await openTablet(profile);
await watchVault(tablet);
let page = await tablet.newPage();
await enrol(page, hospital.url, '4 West', 'bench tablet');
await page.getByRole('button', { name: /^Nora Quinn/ }).waitFor();
await unlock(page, 'Nora Quinn', PINS.nurse);
await page.locator('.board-row').first().waitFor();
while ((await callVault(page, 'completeness')).toOpen > 0) await pause(page, 200);
const patients = (await callVault(page, 'board')).map((row) => row.patient);

await page.getByRole('button', { name: 'Lock' }).click();
const taps = await countTaps(page, hospital.url, folder);
await unlock(page, 'Nora Quinn', PINS.nurse);
await page.locator('.board-row').first().waitFor();

say('\n| what | Lamplight | floor | ratio |\n|---|---|---|---|');
for (const { what, taps: counted, seconds, most } of taps)
  say(
    `| ${what}, taps; seconds by a script’s hands | ${counted}; ${seconds.toFixed(1)} | goal ${most} taps | |`,
  );
say(`| search a formulary of 5000 drugs, p50 / p95 ms | ${both(timeFormularySearch(5000))} | goal 50 | |`);
for (const rate of [1, 4]) {
  const session = await throttle(page, rate);
  const { saves, puts } = await timeSavesAndBarePuts(page, patients[0]!, 700, 400);
  say(
    `| save one entry, ${rate}× CPU throttling, p50 / p95 ms | ${both(saves)} | ${both(puts)} bare strict put of 700 bytes, by turns with it | ${(saves.p50 / puts.p50).toFixed(1)} / ${(saves.p95 / puts.p95).toFixed(1)} |`,
  );
  await session.detach();
}

// Nobody else is there while the upload is measured: the tablet would pull what comes in.
await tablet.close();
const other = await enrolOtherTablet(
  hospital.url,
  '4-west',
  { ward, site: identity.recipient, recovery: identity.recoveryRecipient },
  identity.site,
  nurse,
);
async function push(entries: Awaited<ReturnType<typeof other.write>>['entries']): Promise<number> {
  const start = performance.now();
  for (let from = 0; from < entries.length; from += 1000) {
    const answer = await other.carrier.push(entries.slice(from, from + 1000));
    if (answer.problems.length > 0) throw new Error(`the upload was refused: ${answer.problems[0]!.message}`);
  }
  return performance.now() - start;
}
// By turns, three times: a server that has just started, and a disk that is busy, are met by both.
const plainServer = await openPlainServer(folder);
const ours: number[] = [];
const plain: number[] = [];
let bodies: readonly unknown[] = [];
for (let round = 0; round < ROUNDS; round++) {
  const upload = await other.write(patients, UPLOAD);
  bodies = upload.bodies;
  plain.push(await plainServer.upload(bodies));
  ours.push(await push(upload.entries));
}
await plainServer.close();
const seconds = (took: number[]): string => took.map((each) => (each / 1000).toFixed(2)).join(', ');
say(
  `| upload of ${UPLOAD} entries, sealed, verified, journaled, committed, acknowledged, three times, s | ${seconds(ours)} | ${seconds(plain)} plain gzip JSON POST into PGlite with fsync, by turns with it | ${(percentiles(ours).p50 / percentiles(plain).p50).toFixed(1)} of the medians |`,
);

// The same from the tablet itself, out of IndexedDB: it pulls what was uploaded, the server loses its database, and is
// filled again. The peer does the same from the same browser.
tablet = await openTablet(profile);
await watchVault(tablet);
page = await tablet.newPage();
await page.goto(hospital.url);
while ((await storedRows(page, 'entries')) < UPLOAD * ROUNDS) await pause(page, 500);
await page.evaluate(() => {
  const seen = globalThis as unknown as { uploads: { at: number; done: number; total: number }[] };
  seen.uploads = [];
  new BroadcastChannel('lamplight').onmessage = ({ data }) => {
    if (data.type === 'sync' && data.state.phase === 'uploading')
      seen.uploads.push({ at: performance.now(), done: data.state.done, total: data.state.total });
  };
});
await hospital.stop();
for (const part of ['pglite', 'journal']) rmSync(join(data, part), { recursive: true });
hospital = await openHospital({ port, data });
const refill = await page.evaluate(async (expected) => {
  const { uploads } = globalThis as unknown as { uploads: { at: number; done: number; total: number }[] };
  for (;;) {
    const last = uploads.findLast((upload) => upload.total >= expected && upload.done === upload.total);
    const first = last && uploads.find((upload) => upload.total === last.total);
    if (first && last) return { ms: last.at - first.at, total: last.total };
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}, UPLOAD);
const ourRate = refill.ms / refill.total;
for (const [batch, name] of [
  [100, 'as it comes'],
  [1000, 'in batches of 1,000'],
] as const) {
  const peer = await pouchUpload(tablet, folder, bodies, batch);
  say(
    `| upload of ${UPLOAD} entries out of a tablet’s IndexedDB, s; the peer is PouchDB 9 to express-pouchdb, ${name} | ${((ourRate * UPLOAD) / 1000).toFixed(2)} | ${(peer / 1000).toFixed(2)} | ${(peer / (ourRate * UPLOAD)).toFixed(1)} times faster |`,
  );
}
await tablet.close();

await push((await other.write(patients, Math.max(0, ENTRIES - UPLOAD * ROUNDS))).entries);
tablet = await openTablet(profile);
await watchVault(tablet);
page = await tablet.newPage();
await page.goto(hospital.url);
await page.getByRole('button', { name: /^Nora Quinn/ }).waitFor();
while ((await storedRows(page, 'entries')) < ENTRIES) await pause(page, 2000);
// The first unlock folds what arrived; what is measured is the everyday one after it.
await unlock(page, 'Nora Quinn', PINS.nurse);
await page.locator('.board-row').first().waitFor();
while ((await storedRows(page, 'stale')) > 0) await pause(page, 1000);

for (const rate of [1, 4]) {
  const unlocks: number[] = [];
  const charts: number[] = [];
  for (let n = 0; n < 5; n++) {
    await page.reload();
    await page.getByRole('button', { name: /^Nora Quinn/ }).click();
    await page.getByLabel('PIN', { exact: true }).fill(PINS.nurse);
    const session = await throttle(page, rate);
    unlocks.push(await timeUntilDrawn(page, page.getByRole('button', { name: 'Unlock' }), '.board-row'));
    charts.push(await timeUntilDrawn(page, page.locator('.board-row').nth(n), '[role=tab][id$=overview]'));
    await session.detach();
  }
  say(
    `| unlock to ward board, ${ENTRIES} entries, ${rate}×, p50 ms | ${ms(percentiles(unlocks).p50)} | goal 1,000 at 4× | |`,
  );
  say(
    `| open a chart of ${Math.round(ENTRIES / patients.length)} entries, ${rate}×, p50 ms | ${ms(percentiles(charts).p50)} | goal 300 at 4× | |`,
  );
}
await tablet.close();
await hospital.stop();
const throughHub = await timeThroughHub(folder, 40);
say(
  `| charted on one tablet, shown on another, through a ward hub, p50 / p95 ms | ${both(throughHub)} | goal 2,000 | |`,
);
say(
  '\nCPU throttling is Chromium’s, of the page; its workers run unthrottled, so the 4× rows flatter what happens in them.\n',
);

rmSync(folder, { recursive: true, force: true });
