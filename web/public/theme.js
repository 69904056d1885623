// Runs before the first paint, so that nobody who chose a dark page sees a white flash. DeviceSettings does the rest.
try {
  const { theme } = JSON.parse(localStorage.getItem('beseda.settings') ?? '{}')
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme
} catch {
  // Nothing was kept, or nothing may be.
}
