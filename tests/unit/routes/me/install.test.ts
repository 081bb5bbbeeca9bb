import { expect, test } from 'vitest';
import { isUninstalledIos } from '../../../../src/routes/(app)/me/install.ts';

const iphone = 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Safari/604.1';
const mac = 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Safari/605.1.15';

test('an iPhone in its browser is told how to install', () => {
	expect(isUninstalledIos({ userAgent: iphone, maxTouchPoints: 5, standalone: false })).toBe(true);
});

test('an installed app is not told again', () => {
	expect(isUninstalledIos({ userAgent: iphone, maxTouchPoints: 5, standalone: true })).toBe(false);
});

test('an iPad that says it is a Mac is an iPad; a Mac is not', () => {
	expect(isUninstalledIos({ userAgent: mac, maxTouchPoints: 5 })).toBe(true);
	expect(isUninstalledIos({ userAgent: mac, maxTouchPoints: 0 })).toBe(false);
});
