import { Button, createTheme, NumberInput, PasswordInput, Select, Textarea, TextInput } from '@mantine/core';

/** Browsers keep form text in their session files unless told not to; told once, for every field. */
const private_ = { autoComplete: 'off', spellCheck: false } as const;

export const theme = createTheme({
  primaryColor: 'blue',
  primaryShade: { light: 8, dark: 5 },
  defaultRadius: 'md',
  fontFamily: 'system-ui, "Segoe UI", Roboto, sans-serif',
  components: {
    Button: Button.extend({ defaultProps: { size: 'md' } }),
    TextInput: TextInput.extend({ defaultProps: { size: 'md', ...private_ } }),
    // No eye button: six digits are typed again sooner than they are read by somebody behind.
    PasswordInput: PasswordInput.extend({
      defaultProps: { size: 'md', visibilityToggleButtonProps: { style: { display: 'none' } }, ...private_ },
    }),
    NumberInput: NumberInput.extend({ defaultProps: { size: 'md', ...private_ } }),
    Select: Select.extend({ defaultProps: { size: 'md', ...private_ } }),
    Textarea: Textarea.extend({ defaultProps: { size: 'md', ...private_ } }),
  },
});
