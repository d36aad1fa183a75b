import { useMantineColorScheme } from '@mantine/core';
import { useEffect, useState } from 'react';

const THEMES = ['light', 'dark', 'red-night'] as const;
export type Theme = (typeof THEMES)[number];

const KEPT_AS = 'lamplight-theme';

function keptTheme(): Theme {
  const kept = localStorage.getItem(KEPT_AS);
  return THEMES.find((theme) => theme === kept) ?? 'light';
}

/**
 * Day, dark or red-night. Kept in local storage, the one thing that is: every lock is a reload, and a tablet that
 * turned white at each lock would undo the night's adapted eyes.
 */
export function useTheme(): [Theme, (theme: Theme) => void] {
  const [theme, setTheme] = useState(keptTheme);
  const { setColorScheme } = useMantineColorScheme();
  useEffect(() => {
    document.documentElement.dataset.theme = theme;
    setColorScheme(theme === 'light' ? 'light' : 'dark');
    localStorage.setItem(KEPT_AS, theme);
  }, [theme, setColorScheme]);
  return [theme, setTheme];
}
