import { describe, expect, test } from 'vitest';
import { readConfig } from '#lib/server/config.ts';

const production = {
	ORIGIN: 'https://cercle.example.org',
	CERCLE_DATA: '/var/lib/cercle',
	SMTP_URL: 'smtp://user:hidden@mail.example.org:587'
};

describe('trying it at home', () => {
	test('nothing needs to be configured', () => {
		expect(readConfig('start', {})).toMatchObject({
			host: '127.0.0.1',
			port: 3000,
			demo: true,
			hosted: null,
			databaseUrl: null,
			smtpUrl: null,
			origin: 'http://localhost:3000',
			originGiven: false,
			dataFolder: expect.stringMatching(/[\\/]\.data$/)
		});
	});

	test('without demo data, mail must be able to leave', () => {
		expect(() => readConfig('start', { CERCLE_DEMO: '0' })).toThrow(/SMTP_URL is missing/);
	});

	test('demo accounts are not put unasked into a database of somebody’s own', () => {
		const own = { DATABASE_URL: 'postgres://owner:word@db.example/cercle' };
		const mail = { SMTP_URL: 'smtp://mail.example' };
		expect(readConfig('start', { ...own, ...mail }).demo).toBe(false);
		expect(readConfig('start', { ...own, CERCLE_DEMO: '1' }).demo).toBe(true);
	});

	test('a hosted Supabase turns the demo off', () => {
		const hosted = {
			PUBLIC_SUPABASE_URL: 'https://abc.supabase.co/',
			PUBLIC_SUPABASE_PUBLISHABLE_KEY: 'sb_publishable_0123456789',
			SMTP_URL: 'smtp://localhost:25'
		};
		expect(readConfig('start', hosted)).toMatchObject({
			demo: false,
			hosted: { url: 'https://abc.supabase.co' }
		});
		expect(() => readConfig('start', { ...hosted, CERCLE_DEMO: '1' })).toThrow(/CERCLE_DEMO/);
	});

	test('half a hosted Supabase is refused', () => {
		const half = { PUBLIC_SUPABASE_URL: 'https://abc.supabase.co', SMTP_URL: 'smtp://localhost' };
		expect(() => readConfig('start', half)).toThrow(/PUBLIC_SUPABASE_PUBLISHABLE_KEY is missing/);
	});
});

describe('production', () => {
	test('starts with its three values', () => {
		expect(readConfig('serve', production)).toMatchObject({ demo: false, originGiven: true });
	});

	test('every missing name is listed in one message', () => {
		expect(() => readConfig('serve', {})).toThrow(/ORIGIN(.|\n)*CERCLE_DATA|SMTP_URL(.|\n)*ORIGIN/);
		try {
			readConfig('serve', {});
		} catch (error) {
			for (const name of ['ORIGIN', 'CERCLE_DATA', 'SMTP_URL']) {
				expect(String(error)).toContain(`${name} is missing`);
			}
		}
	});

	test('demo data is refused', () => {
		expect(() => readConfig('serve', { ...production, CERCLE_DEMO: '1' })).toThrow(/CERCLE_DEMO/);
	});

	test('an address without TLS is refused, unless it is the machine itself', () => {
		const at = (ORIGIN: string) => () => readConfig('serve', { ...production, ORIGIN });
		expect(at('http://cercle.example.org')).toThrow(/ORIGIN is not https/);
		expect(at('http://192.168.1.5:3000')).toThrow(/ORIGIN is not https/);
		expect(at('http://127.0.0.1.example.org')).toThrow(/ORIGIN is not https/);
		expect(at('http://localhost:3000')).not.toThrow();
		expect(at('http://127.0.0.1:3000')).not.toThrow();
		expect(at('http://[::1]:3000')).not.toThrow();
	});

	test('hosted Supabase needs no data folder', () => {
		const hosted = {
			ORIGIN: production.ORIGIN,
			SMTP_URL: production.SMTP_URL,
			PUBLIC_SUPABASE_URL: 'https://abc.supabase.co',
			PUBLIC_SUPABASE_PUBLISHABLE_KEY: 'sb_publishable_0123456789'
		};
		expect(readConfig('serve', hosted).hosted?.url).toBe('https://abc.supabase.co');
	});
});

test.each([
	['PORT', 'eighty'],
	['PORT', '70000'],
	['HOST', 'a host'],
	['ORIGIN', 'my.example.net'],
	['ORIGIN', 'https://my.example.net/path'],
	['DATABASE_URL', 'mysql://secret@host/db'],
	['SMTP_URL', 'mail.example.org'],
	['CERCLE_DEMO', 'perhaps'],
	['MAIL_FROM', 'someone\r\nBcc: all@example.org']
])('a malformed %s (%j) is refused, and its value not repeated', (name, value) => {
	try {
		readConfig('start', { [name]: value });
		expect.unreachable();
	} catch (error) {
		expect(String(error)).toContain(`${name} is malformed`);
		expect(String(error)).not.toContain(value);
	}
});

describe('reminders', () => {
	const pair = { VAPID_PUBLIC_KEY: 'B'.repeat(87), VAPID_PRIVATE_KEY: 'a'.repeat(43) };

	test('a pair of keys for push and further push services may be given', () => {
		const hosts = { PUSH_HOSTS: 'push.example.org, http://127.0.0.1:9000' };
		expect(readConfig('start', { ...pair, ...hosts })).toMatchObject({
			vapid: { publicKey: pair.VAPID_PUBLIC_KEY, privateKey: pair.VAPID_PRIVATE_KEY },
			pushHosts: ['https://push.example.org', 'http://127.0.0.1:9000']
		});
		expect(readConfig('start', {})).toMatchObject({ vapid: null, pushHosts: [] });
	});

	test('on a hosted Supabase the secret key is optional', () => {
		const hosted = {
			PUBLIC_SUPABASE_URL: 'https://abc.supabase.co',
			PUBLIC_SUPABASE_PUBLISHABLE_KEY: 'sb_publishable_0123456789',
			SMTP_URL: 'smtp://localhost:25'
		};
		const secret = { SUPABASE_SECRET_KEY: 'sb_secret_0123456789ab' };
		expect(readConfig('start', hosted).hosted?.secretKey).toBeNull();
		expect(readConfig('start', { ...hosted, ...secret }).hosted?.secretKey).toMatch(/^sb_secret/);
	});

	test('half a pair is refused, and so are hosts that are none', () => {
		const { VAPID_PUBLIC_KEY, VAPID_PRIVATE_KEY } = pair;
		expect(() => readConfig('start', { VAPID_PUBLIC_KEY })).toThrow(/VAPID_PRIVATE_KEY is missing/);
		expect(() => readConfig('start', { VAPID_PRIVATE_KEY })).toThrow(/VAPID_PUBLIC_KEY is missing/);
		expect(() => readConfig('start', { PUSH_HOSTS: 'a/b c' })).toThrow(/PUSH_HOSTS is malformed/);
	});
});
