// Before the first paint of every page, from a file: no inline script may run.
try {
	const theme = localStorage.getItem('theme');
	if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;

	// The landing page has no other script: its address asks for a language.
	const { pathname, hash } = location;
	const asked = pathname === '/en' ? 'en' : pathname === '/' && hash === '#fr' ? 'fr' : null;
	if (asked) localStorage.setItem('PARAGLIDE_LOCALE', asked);
} catch {
	// A browser may even refuse to name its storage: one lasts as long as the page.
	const kept = new Map();
	const storage = {
		getItem: (key) => kept.get(key) ?? null,
		setItem: (key, value) => void kept.set(key, String(value)),
		removeItem: (key) => void kept.delete(key)
	};
	Object.defineProperty(window, 'localStorage', { value: storage });
}

// See HomeScreen.start.
addEventListener('beforeinstallprompt', (event) => (window.offer = event));
