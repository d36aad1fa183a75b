/** What wristbands, labels and requisitions carry. Codes hold a number, never a name. */
export type BarcodeKind = 'code128' | 'datamatrix';

/**
 * A barcode as a picture that can be shown under our security policy. The writer is loaded when somebody first prints,
 * from our own origin, precached; of its hundred symbologies only these two are in the bundle.
 */
export async function barcodePicture(kind: BarcodeKind, text: string): Promise<string> {
  const { code128, datamatrix, drawingSVG } = await import('bwip-js/browser');
  const write = kind === 'code128' ? code128 : datamatrix;
  const svg = write(
    {
      bcid: kind,
      text,
      scale: 3,
      ...(kind === 'code128' ? { height: 10 } : {}),
      paddingwidth: 4,
      paddingheight: 1,
    },
    drawingSVG(),
  );
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}
