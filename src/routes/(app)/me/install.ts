interface Browser {
	readonly userAgent: string;
	readonly maxTouchPoints: number;
	/** Only on iOS: true when opened from the home screen. */
	readonly standalone?: boolean;
}

/**
 * Whether this is an iPhone or iPad showing the site in its browser: installing is done by hand
 * there, and what an uninstalled site keeps is erased after a week without a visit.
 */
export function isUninstalledIos({ userAgent, maxTouchPoints, standalone }: Browser): boolean {
	// An iPad gives itself out as a Mac; no Mac has a touch screen.
	const ios = /iPhone|iPad/.test(userAgent) || (/Macintosh/.test(userAgent) && maxTouchPoints > 1);
	return ios && standalone !== true;
}
