/** The door of the vault: what the page uses. The workers are inside. */
export * from './api.ts';
export { connectLamp } from './client.ts';
