import { expect, test } from 'vitest';
import { codeMail, invitationMail } from '#lib/server/mail-text.ts';
import { readMails } from '../../../../src/routes/mails/demo-mails.ts';

const at = '2026-11-20T12:00:00.000Z';

test('the code of a sign-in mail is found, in both languages at once', () => {
	const [mail] = readMails([{ ...codeMail('ana@example.org', '012345', null), at }]);
	expect(mail).toMatchObject({ code: '012345', link: null, to: 'ana@example.org' });
});

test('the invitation is opened on this site, whatever its address', () => {
	const link = 'https://elsewhere.example/join#abc_DEF-1';
	const [mail] = readMails([{ ...invitationMail('ana@example.org', link, 'fr'), at }]);
	expect(mail).toMatchObject({ code: null, link: '/join#abc_DEF-1' });
});

test('an answer of another shape is refused', () => {
	expect(() => readMails({ code: 'not_found' })).toThrow();
	expect(() => readMails([{ to: 'ana@example.org' }])).toThrow();
});
