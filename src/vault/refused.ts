/** What the vault will not do, with its reason in the user's words. */
export const refused = <K extends string>(kind: K, message: string) => ({
  ok: false as const,
  error: { kind, message },
});
