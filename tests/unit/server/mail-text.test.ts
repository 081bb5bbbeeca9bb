import { expect, test } from 'vitest';
import { codeMail, invitationMail } from '#lib/server/mail-text.ts';
import { openMailer } from '#lib/server/mail.ts';

const link = 'https://cercle.example.org/invitation#a"b';

test('a reader whose language is unknown gets both, French first', () => {
	const { subject, text } = codeMail('a@b.example', '012345', null);
	expect(subject).toBe('Votre code Cercle · Your Cercle code');
	expect(text.indexOf('Votre code pour')).toBeLessThan(text.indexOf('Your code for'));
	expect(text.match(/012345/g)).toHaveLength(2);
});

test('a known language is the only one', () => {
	expect(codeMail('a@b.example', '012345', 'en').text).not.toMatch(/Votre|connexion/);
	expect(codeMail('a@b.example', '012345', 'fr').text).not.toMatch(/Your|sign in/);
});

test('mails bring nothing to fetch, and a link cannot leave its quotes', () => {
	const { html } = invitationMail('a@b.example', link, 'fr');
	expect(html).not.toMatch(/<img|<link|<script|url\(|src=/);
	expect(html).toContain('href="https://cercle.example.org/invitation#a&#34;b"');
});

test('in demo mode mails stay here, the last fifty, the last one first', async () => {
	const mailer = openMailer({ smtpUrl: null, demo: true, mailFrom: 'x@y.example' });
	for (let number = 0; number < 60; number++) {
		await mailer.send(codeMail(`${number}@b.example`, '012345', 'fr'));
	}
	expect(mailer.demoMails?.mails).toHaveLength(50);
	expect(mailer.demoMails?.mails[0]?.to).toBe('59@b.example');
});

test('without demo mode and SMTP there is no way out, and that is said', () => {
	expect(() => openMailer({ smtpUrl: null, demo: false, mailFrom: 'x@y.example' })).toThrow(
		/SMTP_URL/
	);
});
