// Light or dark: what the reader chose last, else what the system says. Loaded before the first paint.
window.loadgenTheme = {
  isDark: () => (localStorage.getItem('loadgen-theme') ?? (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light')) === 'dark',
  show: () => { document.documentElement.dataset.theme = loadgenTheme.isDark() ? 'dark' : 'light'; },
  choose: dark => { localStorage.setItem('loadgen-theme', dark ? 'dark' : 'light'); loadgenTheme.show(); },
};
loadgenTheme.show();
