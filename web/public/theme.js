// Runs before the first paint, so that nobody who chose a dark page sees a white flash. DeviceSettings does the rest.
try {
  const kept = /** @type {{ theme?: unknown }} */ (
    JSON.parse(localStorage.getItem('beseda.settings') ?? '{}')
  )
  if (kept.theme === 'light' || kept.theme === 'dark') document.documentElement.dataset['theme'] = kept.theme
} catch {
  // Nothing was kept, or nothing may be.
}
