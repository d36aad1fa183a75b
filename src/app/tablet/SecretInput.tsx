import { PasswordInput, type PasswordInputProps } from '@mantine/core';
import { createContext, useContext } from 'react';
import type { TabletStatus } from '../../vault/api.ts';

/** How people unlock this tablet: by PIN, or by passphrase where a PIN would not protect its files. */
export const CredentialContext = createContext<TabletStatus['unlockWith']>('pin');

export const CREDENTIALS = {
  pin: { name: 'PIN', shortest: 4 },
  passphrase: { name: 'Passphrase', shortest: 8 },
} as const;

/** The PIN or passphrase again: for a signature, or to unlock. */
export function SecretInput({ whose = '', ...props }: PasswordInputProps & { whose?: string }) {
  const credential = useContext(CredentialContext);
  const { name } = CREDENTIALS[credential];
  return (
    <PasswordInput
      label={whose === '' ? name : `${whose} ${credential === 'pin' ? name : name.toLowerCase()}`}
      inputMode={credential === 'pin' ? 'numeric' : 'text'}
      autoComplete="off"
      {...props}
    />
  );
}
