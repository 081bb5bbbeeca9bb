import * as m from '#lib/paraglide/messages.js';
import type { Mail } from './mail.ts';

type Language = 'fr' | 'en';

/** A paragraph: words, a code to type, or an address to open. */
type Part = { words: string } | { code: string } | { link: string };

interface Letter {
	subject: string;
	parts: Part[];
}

/**
 * The mail with a code to sign in or to prove oneself. In both languages, French first, when the
 * reader's is not known.
 */
export function codeMail(to: string, code: string, language: Language | null): Mail {
	return write(to, language, (locale) => ({
		subject: m.mail_code_subject({}, { locale }),
		parts: [
			{ words: m.mail_code_line({}, { locale }) },
			{ code },
			{ words: m.mail_code_valid({}, { locale }) },
			{ words: m.mail_code_never({}, { locale }) }
		]
	}));
}

/** To the address that an account has, when it is to move: the code that shows it is still read. */
export function formerAddressMail(to: string, code: string, language: Language): Mail {
	return write(to, language, (locale) => ({
		subject: m.mail_address_subject({}, { locale }),
		parts: [
			{ words: m.mail_address_former_line({}, { locale }) },
			{ code },
			{ words: m.mail_code_valid({}, { locale }) },
			{ words: m.mail_address_former_never({}, { locale }) }
		]
	}));
}

/** To the address that an account is to move to: the code that shows that its owner reads it. */
export function newAddressMail(to: string, code: string, language: Language): Mail {
	return write(to, language, (locale) => ({
		subject: m.mail_address_subject({}, { locale }),
		parts: [
			{ words: m.mail_address_new_line({}, { locale }) },
			{ code },
			{ words: m.mail_code_valid({}, { locale }) },
			{ words: m.mail_code_never({}, { locale }) }
		]
	}));
}

/** To the same, where it has an account already: its owner learns what whoever asks does not. */
export function takenAddressMail(to: string): Mail {
	return write(to, null, (locale) => ({
		subject: m.mail_address_subject({}, { locale }),
		parts: [{ words: m.mail_address_taken_line({}, { locale }) }]
	}));
}

/** To the address of an account that waits to move without it: how its owner stops that. */
export function stopAddressMail(to: string, link: string, language: Language): Mail {
	return write(to, language, (locale) => ({
		subject: m.mail_address_subject({}, { locale }),
		parts: [
			{ words: m.mail_address_stop_line({}, { locale }) },
			{ link },
			{ words: m.mail_address_stop_else({}, { locale }) }
		]
	}));
}

/** The mail with an invitation: it says that one waits, and names neither group nor sender. */
export function invitationMail(to: string, link: string, language: Language | null): Mail {
	return write(to, language, (locale) => ({
		subject: m.mail_invitation_subject({}, { locale }),
		parts: [
			{ words: m.mail_invitation_line({}, { locale }) },
			{ words: m.mail_invitation_link({}, { locale }) },
			{ link },
			{ words: m.mail_invitation_bound({}, { locale }) }
		]
	}));
}

/** Kinds of reminder: a week and a day before a session, after one, a charter to sign. */
export const REMINDERS = ['week', 'day', 'after', 'charter'] as const;
export type ReminderKind = (typeof REMINDERS)[number];

/** The mail of a reminder: that something waits, and the way there. `origin` is without a path. */
export function reminderMail(
	to: string,
	kind: ReminderKind,
	origin: string,
	language: Language
): Mail {
	const settings = `${origin}/me/reminders`;
	const mail = write(to, language, (locale) => ({
		subject: reminderWords[kind].subject({}, { locale }),
		parts: [
			{ words: reminderWords[kind].line({}, { locale }) },
			{ link: `${origin}/today` },
			{ words: m.reminders_mail_settings({}, { locale }) },
			{ link: settings }
		]
	}));
	return { ...mail, settings };
}

const reminderWords = {
	week: { subject: m.reminders_mail_week, line: m.reminders_mail_week_line },
	day: { subject: m.reminders_mail_day, line: m.reminders_mail_day_line },
	after: { subject: m.reminders_mail_after, line: m.reminders_mail_after_line },
	charter: { subject: m.reminders_mail_charter, line: m.reminders_mail_charter_line }
};

function write(to: string, language: Language | null, letter: (locale: Language) => Letter): Mail {
	const languages: Language[] = language ? [language] : ['fr', 'en'];
	const letters = languages.map((locale) => ({ locale, ...letter(locale) }));
	const texts = letters.map(({ parts }) => parts.map(asText).join('\n\n'));
	const pages = letters.map(
		({ locale, parts }) => `<div lang="${locale}">${parts.map(asHtml).join('')}</div>`
	);
	return {
		to,
		subject: letters.map(({ subject }) => subject).join(' · '),
		text: texts.join('\n\n—\n\n') + '\n',
		html:
			'<!doctype html><html><head><meta charset="utf-8"></head>' +
			'<body style="font:16px/1.5 sans-serif;color:#1d1c19;max-width:34em;margin:2em auto">' +
			`${pages.join('<hr style="border:0;border-top:1px solid #e3ded3;margin:2em 0">')}</body></html>`
	};
}

function asText(part: Part): string {
	if ('words' in part) return part.words;
	return 'code' in part ? part.code : part.link;
}

function asHtml(part: Part): string {
	if ('words' in part) return `<p>${escape(part.words)}</p>`;
	if ('link' in part) return `<p><a href="${escape(part.link)}">${escape(part.link)}</a></p>`;
	return `<p style="font-size:32px;letter-spacing:.15em"><strong>${escape(part.code)}</strong></p>`;
}

function escape(text: string): string {
	return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
