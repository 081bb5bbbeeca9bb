import type { SignIn } from '#lib/data/sign-ins.ts';
import * as m from '#lib/paraglide/messages.js';

/** Names of makers, the same in every language. */
const systems: Readonly<Record<string, string>> = {
	iphone: 'iPhone',
	ipad: 'iPad',
	android: 'Android',
	windows: 'Windows',
	mac: 'Mac',
	chromeos: 'ChromeOS',
	linux: 'Linux'
};
const browsers: Readonly<Record<string, string>> = {
	edge: 'Edge',
	opera: 'Opera',
	samsung: 'Samsung Internet',
	firefox: 'Firefox',
	chrome: 'Chrome',
	safari: 'Safari'
};

/** What a device is called, as far as it said what it is. */
export function nameOf({ system, browser }: Pick<SignIn, 'system' | 'browser'>): string {
	const [on, by] = [systems[system ?? ''], browsers[browser ?? '']];
	return on && by
		? m.devices_named({ browser: by, system: on })
		: (on ?? by ?? m.devices_unknown());
}
