// The peer's side of an upload: express-pouchdb on LevelDB, and PouchDB's own browser build for the tablet beside it.
const { join } = require('node:path');
const express = require('express');
const PouchDB = require('pouchdb-core')
  .plugin(require('pouchdb-adapter-leveldb'))
  .plugin(require('pouchdb-adapter-http'))
  .plugin(require('pouchdb-mapreduce'))
  .plugin(require('pouchdb-replication'));

const folder = process.argv[2];
const app = express();
app.get('/tablet', (_request, response) =>
  response.type('html').send('<!doctype html><title>peer</title><script src="/pouchdb.js"></script>'),
);
app.get('/pouchdb.js', (_request, response) =>
  response.sendFile(join(__dirname, 'node_modules/pouchdb/dist/pouchdb.min.js')),
);
app.use(
  '/',
  require('express-pouchdb')(PouchDB.defaults({ adapter: 'leveldb', prefix: `${folder}/` }), {
    inMemoryConfig: true,
    mode: 'minimumForPouchDB',
    logPath: join(folder, 'log.txt'),
  }),
);
const server = app.listen(0, '127.0.0.1', () => console.log(server.address().port));
