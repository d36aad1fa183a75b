import wasmUrl from 'zxing-wasm/reader/zxing_reader.wasm?url';

/** Reads the one QR code in a picture; `undefined`: there is none that can be read. */
export type ReadQr = (picture: ImageData) => Promise<string | undefined>;

/** The reader, loaded when a camera is first used: from our own origin, precached, so without a network too. */
export async function loadQrReader(): Promise<ReadQr> {
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
      formats: ['QRCode'],
      tryHarder: true,
      tryInvert: false,
      maxNumberOfSymbols: 1,
    });
    return found?.isValid ? found.text : undefined;
  };
}
