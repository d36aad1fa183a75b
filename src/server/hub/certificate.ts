// Its dependency injection asks for the metadata polyfill before it is loaded.
import 'reflect-metadata';
import { X509Certificate as ParsedCertificate } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as x509 from '@peculiar/x509';
import { utf8 } from '../../log/index.ts';
import { HUB_NAMES, isHubAddress } from '../../wire/hubs.ts';
import { HubStartError } from './hub-identity.ts';

/**
 * An authority of the site's own, for hospitals that have none for names inside the house, and the certificates of its
 * hubs. The authority can certify hub names alone (a critical name constraint): who steals its key cannot pose as a
 * bank to the tablets that trust it.
 */

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const DAY_MS = 24 * 3600_000;
const AUTHORITY_DAYS = 3650;
/** Apple takes 825 days at most, also from an authority that the site installed (support.apple.com/103769). */
const HUB_DAYS = 800;
const SERVER_AUTHENTICATION = '1.3.6.1.5.5.7.3.1';
const NAME_CONSTRAINTS = '2.5.29.30';

const AUTHORITY_FILE = 'lamplight-authority';

interface Authority {
  certificate: x509.X509Certificate;
  key: CryptoKey;
}

/**
 * Makes a certificate for a hub in `folder`, and before it the authority where there is none yet. Resolves with the
 * files.
 *
 * @param more suffixes that hub names may have besides `HUB_NAMES`; they count when the authority is made.
 */
export async function certifyHub(
  folder: string,
  name: string,
  more: readonly string[] = [],
): Promise<{ authority: string; certificate: string; key: string; madeAuthority: boolean }> {
  if (!isHubAddress(`https://${name}`, more))
    throw new HubStartError(
      `${name} is not a name that a hub may have: it ends with ${[...HUB_NAMES, ...more].map((suffix) => `.${suffix}`).join(' or ')}.`,
    );
  await mkdir(folder, { recursive: true });
  const existing = await readAuthority(folder);
  const authority = existing ?? (await makeAuthority(folder, [...HUB_NAMES, ...more]));
  const keys = await newKeys();
  const certificate = await x509.X509CertificateGenerator.create({
    subject: `CN=${name}`,
    issuer: authority.certificate.subject,
    ...lasting(HUB_DAYS),
    publicKey: keys.publicKey,
    signingKey: authority.key,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([SERVER_AUTHENTICATION]),
      new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: name }]),
      await x509.AuthorityKeyIdentifierExtension.create(authority.certificate.publicKey),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  const files = { certificate: join(folder, `${name}.crt`), key: join(folder, `${name}.key`) };
  await writeFile(files.key, await privatePem(keys.privateKey), { mode: 0o600 });
  await writeFile(files.certificate, `${certificate.toString('pem')}\n`);
  return {
    ...files,
    authority: join(folder, `${AUTHORITY_FILE}.crt`),
    madeAuthority: existing === undefined,
  };
}

/** What to do with them, in words. */
export function describeCertified(files: Awaited<ReturnType<typeof certifyHub>>): string {
  return `${files.madeAuthority ? 'A new authority for ward hubs, and a certificate:' : 'A certificate:'}
  ${files.authority}
      goes onto every tablet as a trusted authority (device management, or by hand: README, "Ward hub")
  ${files.certificate}
  ${files.key}
      go onto the hub as hub.crt and hub.key in its data folder
Keep ${AUTHORITY_FILE}.key in the safe with the recovery identity; it is needed for the next certificate, in ${HUB_DAYS} days at the latest.
`;
}

async function readAuthority(folder: string): Promise<Authority | undefined> {
  const read = (ending: string) =>
    readFile(join(folder, `${AUTHORITY_FILE}.${ending}`), 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    });
  const [certificate, key] = [await read('crt'), await read('key')];
  if (certificate === undefined && key === undefined) return undefined;
  if (certificate === undefined || key === undefined)
    throw new HubStartError(
      `${folder} holds half an authority: put ${AUTHORITY_FILE}.crt and ${AUTHORITY_FILE}.key side by side.`,
    );
  return {
    certificate: new x509.X509Certificate(certificate),
    key: await crypto.subtle.importKey('pkcs8', x509.PemConverter.decodeFirst(key), ALGORITHM, false, [
      'sign',
    ]),
  };
}

async function makeAuthority(folder: string, names: readonly string[]): Promise<Authority> {
  const keys = await newKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: 'CN=Lamplight ward hubs',
    ...lasting(AUTHORITY_DAYS),
    keys,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      new x509.Extension(NAME_CONSTRAINTS, true, permitted(names)),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  const write = { flag: 'wx' } as const;
  await writeFile(join(folder, `${AUTHORITY_FILE}.key`), await privatePem(keys.privateKey), {
    ...write,
    mode: 0o600,
  });
  await writeFile(join(folder, `${AUTHORITY_FILE}.crt`), `${certificate.toString('pem')}\n`, write);
  return { certificate, key: keys.privateKey };
}

/** RFC 5280, 4.2.1.10: `SEQUENCE { permittedSubtrees [0] { SEQUENCE { dNSName [2] } … } }`. */
function permitted(names: readonly string[]): ArrayBuffer {
  const der = (tag: number, content: Uint8Array): Uint8Array<ArrayBuffer> => {
    if (content.length > 127) throw new HubStartError('Too many suffixes of hub names for one authority.');
    return new Uint8Array([tag, content.length, ...content]);
  };
  const subtrees = names.map((name) => der(0x30, der(0x82, utf8(name))));
  return der(0x30, der(0xa0, new Uint8Array(subtrees.flatMap((subtree) => [...subtree])))).buffer;
}

const newKeys = (): Promise<CryptoKeyPair> =>
  crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']) as Promise<CryptoKeyPair>;

const privatePem = async (key: CryptoKey): Promise<string> =>
  `${x509.PemConverter.encode(await crypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY')}\n`;

/** From yesterday, since clocks on the ward differ. */
const lasting = (days: number): { notBefore: Date; notAfter: Date } => ({
  notBefore: new Date(Date.now() - DAY_MS),
  notAfter: new Date(Date.now() + days * DAY_MS),
});

/** Days that a certificate (PEM) still has; throws when it is not for this name or over. */
export function daysLeft(pem: string, name: string, nowMs: number): number {
  const parsed = new ParsedCertificate(pem);
  if (parsed.checkHost(name) === undefined)
    throw new HubStartError(
      `The certificate is not for ${name}, under which tablets look for this hub: no tablet would take it.`,
    );
  const days = Math.floor((Date.parse(parsed.validTo) - nowMs) / DAY_MS);
  if (days < 0)
    throw new HubStartError(
      `The certificate of ${name} ended on ${parsed.validTo}. Make a new one: lamplight certificate.`,
    );
  return days;
}
