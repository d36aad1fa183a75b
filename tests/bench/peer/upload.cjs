// Uploads the bodies of a JSON file from PouchDB 9 to express-pouchdb on LevelDB, and prints the milliseconds.
const { readFileSync } = require('node:fs');
const { join } = require('node:path');
const express = require('express');
const PouchDB = require('pouchdb-core')
  .plugin(require('pouchdb-adapter-memory'))
  .plugin(require('pouchdb-adapter-leveldb'))
  .plugin(require('pouchdb-adapter-http'))
  .plugin(require('pouchdb-mapreduce'))
  .plugin(require('pouchdb-replication'));

const [, , file, folder] = process.argv;
const bodies = JSON.parse(readFileSync(file, 'utf8'));
const OnDisk = PouchDB.defaults({ adapter: 'leveldb', prefix: `${folder}/` });
const app = express();
app.use(
  '/',
  require('express-pouchdb')(OnDisk, {
    inMemoryConfig: true,
    mode: 'minimumForPouchDB',
    logPath: join(folder, 'log.txt'),
  }),
);
const server = app.listen(0, '127.0.0.1', async () => {
  const local = new PouchDB('tablet', { adapter: 'memory' });
  await local.bulkDocs(bodies.map((body, n) => ({ _id: `entry-${String(n).padStart(8, '0')}`, body })));
  const remote = new PouchDB(`http://127.0.0.1:${server.address().port}/ward`, { adapter: 'http' });
  const start = performance.now();
  const result = await local.replicate.to(remote, { batch_size: 1000 });
  if (result.docs_written !== bodies.length) throw new Error('the peer did not write everything');
  console.log(Math.round(performance.now() - start));
  process.exit(0);
});
