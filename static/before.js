// Runs before the first paint, on every page, from a file because no inline script may run.
try {
	const theme = localStorage.getItem('theme');
	if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;

	// The landing page has no other script: its address is how a visitor asks for a language.
	const { pathname, hash } = location;
	const asked = pathname === '/en' ? 'en' : pathname === '/' && hash === '#fr' ? 'fr' : null;
	if (asked) localStorage.setItem('PARAGLIDE_LOCALE', asked);
} catch {
	// A browser that keeps nothing shows the system's theme, in French. Some even refuse to name their
	// storage: what asks for it then gets one that lasts as long as the page, instead of an error.
	const kept = new Map();
	const storage = {
		getItem: (key) => kept.get(key) ?? null,
		setItem: (key, value) => void kept.set(key, String(value)),
		removeItem: (key) => void kept.delete(key)
	};
	Object.defineProperty(window, 'localStorage', { value: storage });
}
