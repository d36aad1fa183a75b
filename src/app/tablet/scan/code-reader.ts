import type { ReadInputBarcodeFormat } from 'zxing-wasm/reader';
import wasmUrl from 'zxing-wasm/reader/zxing_reader.wasm?url';

/** Reads the one code in a picture; `undefined`: there is none that can be read. */
export type ReadCode = (picture: ImageData) => Promise<string | undefined>;

/** `records`: pictures of another tablet. `bedside`: what wristbands and drug packages carry. */
export type Codes = 'records' | 'bedside';

const FORMATS: Record<Codes, ReadInputBarcodeFormat[]> = {
  records: ['QRCode'],
  bedside: ['DataMatrix', 'QRCode', 'Aztec', 'Code128', 'EANUPC', 'DataBar'],
};

/** The reader, loaded when a camera is first used: from our own origin, precached, so without a network too. */
export async function loadCodeReader(codes: Codes): Promise<ReadCode> {
  const { prepareZXingModule, readBarcodes } = await import('zxing-wasm/reader');
  await prepareZXingModule({
    // The library's own default is a public host.
    overrides: {
      locateFile: (path: string, prefix: string) => (path.endsWith('.wasm') ? wasmUrl : prefix + path),
    },
    fireImmediately: true,
  });
  return async (picture) => {
    const [found] = await readBarcodes(picture, {
      formats: FORMATS[codes],
      tryHarder: true,
      tryInvert: codes === 'bedside',
      maxNumberOfSymbols: 1,
    });
    if (!found?.isValid) return undefined;
    return codes === 'records' ? found.text : `${found.symbologyIdentifier}${textOf(found.bytes)}`;
  };
}

/** As a scanner would send it: the bytes, FNC1 among them. */
const textOf = (bytes: Uint8Array): string => new TextDecoder('iso-8859-1').decode(bytes);
