// Light or dark: what the reader chose last, else what the system says. Loaded before the first paint.
window.loadgenTheme = {
  isDark: () => (localStorage.getItem('loadgen-theme') ?? (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light')) === 'dark',
  show: () => { document.documentElement.dataset.theme = loadgenTheme.isDark() ? 'dark' : 'light'; },
  choose: dark => { localStorage.setItem('loadgen-theme', dark ? 'dark' : 'light'); loadgenTheme.show(); },
};
loadgenTheme.show();

// A button with data-opens opens the dialog of that id; the browser keeps the focus inside it and closes it by Escape.
document.addEventListener('click', event => document.getElementById(event.target.closest?.('[data-opens]')?.dataset.opens)?.showModal());
