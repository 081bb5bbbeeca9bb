/** What of `navigator` tells browsers apart. */
interface Browser {
	readonly userAgent: string;
	readonly maxTouchPoints: number;
}

/**
 * How the app is installed where the browser offers no button for it:
 * - `iphone`, `ipad`: Safari's share menu
 * - `ios`: the share menu of another browser there
 * - `inside`: a page shown inside another iOS app, from which nothing can be installed
 * - `dock`: Safari on a Mac
 * - `menu`: the menu of Firefox or another browser of Android
 */
export type ByHand = 'iphone' | 'ipad' | 'ios' | 'inside' | 'dock' | 'menu';

/** Null where there is no way, or where the browser itself offers one. */
export function byHand(browser: Browser): ByHand | null {
	const { userAgent } = browser;
	const device = appleMobile(browser);
	if (device) {
		if (/CriOS|FxiOS|EdgiOS|OPT\/|OPiOS|DuckDuckGo|Brave/.test(userAgent)) return 'ios';
		// A web view inside another app does not say it is Safari, or adds the name of that app.
		if (!/Safari\//.test(userAgent) || /FBA[NV]|Instagram|LinkedInApp/.test(userAgent)) {
			return 'inside';
		}
		return device;
	}
	if (isMacSafari(userAgent)) return 'dock';
	return /Android/.test(userAgent) && /Firefox\//.test(userAgent) ? 'menu' : null;
}

/**
 * Whether what a site keeps in a tab of this browser is erased after a week without a visit: every
 * browser of an iPhone or iPad, and Safari (webkit.org, "Full Third-Party Cookie Blocking and More").
 */
export function erasesWeekly(browser: Browser): boolean {
	return appleMobile(browser) !== null || isMacSafari(browser.userAgent);
}

function appleMobile({ userAgent, maxTouchPoints }: Browser): 'iphone' | 'ipad' | null {
	if (/iPhone|iPod/.test(userAgent)) return 'iphone';
	// An iPad gives itself out as a Mac; no Mac has a touch screen.
	const ipad = /iPad/.test(userAgent) || (/Macintosh/.test(userAgent) && maxTouchPoints > 1);
	return ipad ? 'ipad' : null;
}

function isMacSafari(userAgent: string): boolean {
	return (
		/Macintosh/.test(userAgent) &&
		/Version\/[\d.]+ Safari\//.test(userAgent) &&
		!/Chrome|Chromium/.test(userAgent)
	);
}
