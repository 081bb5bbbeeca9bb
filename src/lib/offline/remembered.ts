/**
 * A small fact about this browser, without content, that outlives the page: null when it was never
 * noted, or where the browser keeps nothing.
 */
export function remembered(key: string): string | null {
	try {
		return localStorage.getItem(key);
	} catch {
		return null;
	}
}

/** Notes it, or with null forgets it, if the browser keeps anything. */
export function remember(key: string, value: string | null): void {
	try {
		if (value === null) localStorage.removeItem(key);
		else localStorage.setItem(key, value);
	} catch {
		// Then it lasts as long as the page.
	}
}
