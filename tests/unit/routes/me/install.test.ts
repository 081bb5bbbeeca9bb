import { expect, test } from 'vitest';
import { byHand, erasesWeekly } from '../../../../src/routes/(app)/me/install.ts';

const webkit = 'AppleWebKit/605.1.15 (KHTML, like Gecko)';
const phone = `Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) ${webkit}`;
const mac = `Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) ${webkit}`;
const android = 'Mozilla/5.0 (Android 16; Mobile; rv:145.0)';
const touching = (userAgent: string) => ({ userAgent, maxTouchPoints: 5 });
const pointing = (userAgent: string) => ({ userAgent, maxTouchPoints: 0 });

test('Safari on an iPhone and on an iPad: each has its share button elsewhere', () => {
	expect(byHand(touching(`${phone} Version/26.0 Mobile/15E148 Safari/604.1`))).toBe('iphone');
	expect(byHand(touching(`${mac} Version/26.0 Safari/605.1.15`))).toBe('ipad');
	expect(byHand(touching(`${phone.replaceAll('iPhone', 'iPad')} Safari/604.1`))).toBe('ipad');
});

test.each(['CriOS/142.0', 'FxiOS/145.0', 'EdgiOS/142.0'])(
	'another browser of an iPhone (%s) has a share menu too',
	(name) => expect(byHand(touching(`${phone} ${name} Mobile/15E148 Safari/604.1`))).toBe('ios')
);

test('a page inside another iOS app cannot be installed from there', () => {
	expect(byHand(touching(`${phone} Mobile/15E148`))).toBe('inside');
	const named = `${phone} Version/18.6 Mobile/15E148 Safari/604.1 [LinkedInApp]/9.31`;
	expect(byHand(touching(named))).toBe('inside');
});

test('Safari on a Mac has the dock; Chrome there offers a button itself', () => {
	expect(byHand(pointing(`${mac} Version/26.0 Safari/605.1.15`))).toBe('dock');
	expect(byHand(pointing(`${mac} Chrome/142.0.0.0 Safari/537.36`))).toBeNull();
});

test('Firefox has a menu on Android and nothing on a desk', () => {
	expect(byHand(touching(`${android} Gecko/145.0 Firefox/145.0`))).toBe('menu');
	expect(byHand(pointing('Mozilla/5.0 (X11; Linux x86_64) Firefox/145.0'))).toBeNull();
});

test('every browser of an iPhone erases after a week, and Safari everywhere; the others do not', () => {
	expect(erasesWeekly(touching(`${phone} CriOS/142.0 Mobile/15E148 Safari/604.1`))).toBe(true);
	expect(erasesWeekly(touching(`${mac} Version/26.0 Safari/605.1.15`))).toBe(true);
	expect(erasesWeekly(pointing(`${mac} Version/26.0 Safari/605.1.15`))).toBe(true);
	expect(erasesWeekly(pointing(`${mac} Chrome/142.0.0.0 Safari/537.36`))).toBe(false);
	expect(erasesWeekly(touching(`${android} Firefox/145.0`))).toBe(false);
});
