/** Imports point one way (ARCHITECTURE.md). A room is entered by its own files and by those named here. */
const ROOMS = {
  clinical: [],
  forms: ['clinical'],
  log: [],
  seal: ['log'],
  site: ['log', 'seal', 'clinical'],
  sync: ['log', 'seal', 'clinical'],
  interop: ['log', 'clinical'],
  matching: [],
  wire: ['clinical'],
  vault: ['sync', 'site', 'wire', 'seal', 'log', 'clinical'],
  server: ['sync', 'site', 'wire', 'interop', 'matching', 'seal', 'log', 'clinical'],
  app: ['vault', 'wire', 'matching', 'forms', 'clinical'],
  cli: ['server', 'forms', 'clinical'],
};

export default {
  forbidden: [
    { name: 'no-circles', severity: 'error', from: {}, to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } } },
    ...Object.entries(ROOMS).map(([room, others]) => ({
      name: `${room}-imports-one-way`,
      severity: 'error',
      from: { path: `^src/${room}/` },
      to: { path: '^src/', pathNot: `^src/(${[room, ...others].join('|')})/` },
    })),
    { name: 'pure-rooms-have-no-io', severity: 'error', from: { path: '^src/(clinical|forms|log|seal|site|interop|matching|sync|wire)/' }, to: { dependencyTypes: ['core'] } },
  ],
  options: { tsPreCompilationDeps: true, tsConfig: { fileName: 'tsconfig.json' }, doNotFollow: { path: 'node_modules' }, enhancedResolveOptions: { extensions: ['.ts', '.tsx', '.mjs', '.js'] } },
};
