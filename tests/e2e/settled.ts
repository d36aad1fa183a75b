/** In the page: when no colour is on its way any more. One that is taken back half-way has ended too. */
export async function settled(): Promise<void> {
  // A change of theme sets colours on their way with the next frame, which a busy machine draws late.
  await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
  const ending = document
    .getAnimations()
    .filter(({ effect }) => effect?.getComputedTiming().endTime !== Number.POSITIVE_INFINITY);
  await Promise.allSettled(ending.map(({ finished }) => finished));
}
