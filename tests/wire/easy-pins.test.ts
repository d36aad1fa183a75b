import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isEasyPin } from '../../src/wire/easy-pins.ts';
import { NewPin } from '../../src/wire/site-setup.ts';

describe('a PIN that somebody would try first', () => {
  // The ten most chosen of Markert et al. 2020, and one of each shape.
  it.each([
    ...['123456', '654321', '111111', '000000', '123123', '666666', '121212', '112233', '789456', '159753'],
    ...['123321', '135791', '777888', '24112026', '20261124', '241126', '112426', '261124', '11241988'],
    ...['147258369', '852456', '8901234'],
  ])('is refused: %s', (pin) => {
    expect(NewPin.safeParse(pin).error?.issues[0]?.message).toMatch(/too easy to guess/);
  });

  it.each(['482915', '907316', '740385', '864209', '975310', '4829150'])('is not %s', (pin) => {
    expect(NewPin.safeParse(pin).success).toBe(true);
  });

  it('LAW: leaves most PINs to choose from', () => {
    const digits = fc.stringMatching(/^\d{6}$/);
    const easy = fc.sample(digits, { numRuns: 5_000, seed: 7 }).filter(isEasyPin).length;
    expect(easy).toBeLessThan(5_000 * 0.15);
  });
});
