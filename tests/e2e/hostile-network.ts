import { createServer, type IncomingMessage, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Somebody who sits between the tablets and the server, reads everything, and may answer in its place. */
export interface HostileNetwork {
  url: string;
  /** Called with each request and the server's answer to it (`undefined`: it was not asked); says what to answer. */
  meddle: (asked: { path: string; body: Buffer }, ask: () => Promise<Answer>) => Promise<Answer>;
  close(): Promise<void>;
}

export interface Answer {
  status: number;
  headers: IncomingMessage['headers'];
  body: Buffer;
}

export async function openHostileNetwork(upstream: string): Promise<HostileNetwork> {
  const network: HostileNetwork = {
    url: '',
    meddle: (_asked, ask) => ask(),
    close: () =>
      new Promise((closed) => {
        server.closeAllConnections();
        server.close(() => closed());
      }),
  };
  const server: Server = createServer((incoming, outgoing) => {
    void (async () => {
      const path = incoming.url ?? '/';
      // News would tell the tablet when to ask; it asks by itself too.
      if (path === '/api/sync/live') return outgoing.writeHead(503).end();
      const body = await bodyOf(incoming);
      const answer = await network.meddle({ path, body }, () => forward(upstream, incoming, body));
      const { 'transfer-encoding': _, 'content-length': __, ...headers } = answer.headers;
      outgoing.writeHead(answer.status, headers).end(answer.body);
    })().catch(() => outgoing.destroy());
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  network.url = `http://localhost:${(server.address() as AddressInfo).port}`;
  return network;
}

const forward = (upstream: string, incoming: IncomingMessage, body: Buffer): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const asked = request(
      `${upstream}${incoming.url}`,
      { method: incoming.method, headers: incoming.headers },
      (response) => {
        bodyOf(response).then(
          (received) =>
            resolve({ status: response.statusCode ?? 502, headers: response.headers, body: received }),
          reject,
        );
      },
    );
    asked.on('error', reject);
    asked.end(body);
  });

async function bodyOf(message: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of message) parts.push(part as Buffer);
  return Buffer.concat(parts);
}
