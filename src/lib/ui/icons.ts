import type { Component } from 'svelte';
import actions from '@lucide/svelte/icons/check';
import add from '@lucide/svelte/icons/plus';
import again from '@lucide/svelte/icons/thumbs-up';
import back from '@lucide/svelte/icons/chevron-left';
import calendar from '@lucide/svelte/icons/calendar';
import close from '@lucide/svelte/icons/x';
import copy from '@lucide/svelte/icons/copy';
import down from '@lucide/svelte/icons/chevron-down';
import download from '@lucide/svelte/icons/download';
import edit from '@lucide/svelte/icons/pencil';
import enough from '@lucide/svelte/icons/thumbs-down';
import error from '@lucide/svelte/icons/circle-alert';
import fullScreen from '@lucide/svelte/icons/maximize';
import good from '@lucide/svelte/icons/circle-check';
import hand from '@lucide/svelte/icons/hand';
import hidden from '@lucide/svelte/icons/eye-off';
import info from '@lucide/svelte/icons/info';
import lock from '@lucide/svelte/icons/lock';
import mail from '@lucide/svelte/icons/mail';
import me from '@lucide/svelte/icons/user-round';
import more from '@lucide/svelte/icons/ellipsis';
import next from '@lucide/svelte/icons/chevron-right';
import notes from '@lucide/svelte/icons/notebook-pen';
import offline from '@lucide/svelte/icons/cloud-off';
import pause from '@lucide/svelte/icons/pause';
import pending from '@lucide/svelte/icons/cloud-upload';
import place from '@lucide/svelte/icons/map-pin';
import play from '@lucide/svelte/icons/play';
import previous from '@lucide/svelte/icons/skip-back';
import remove from '@lucide/svelte/icons/minus';
import screen from '@lucide/svelte/icons/monitor';
import settings from '@lucide/svelte/icons/settings-2';
import signOut from '@lucide/svelte/icons/log-out';
import signal from '@lucide/svelte/icons/message-circle-warning';
import skip from '@lucide/svelte/icons/skip-forward';
import swap from '@lucide/svelte/icons/arrow-left-right';
import today from '@lucide/svelte/icons/clock';
import trash from '@lucide/svelte/icons/trash-2';
import undo from '@lucide/svelte/icons/undo-2';
import up from '@lucide/svelte/icons/chevron-up';
import visible from '@lucide/svelte/icons/eye';
import warning from '@lucide/svelte/icons/triangle-alert';
import group from './Peers.svelte';

type Glyph = Component<{ size?: number; strokeWidth?: number }>;

/** The one set of pictograms, named by what they mean here and not by what they draw. */
export const icons = {
	actions,
	add,
	again,
	back,
	calendar,
	close,
	copy,
	down,
	download,
	edit,
	enough,
	error,
	fullScreen,
	good,
	group,
	hand,
	hidden,
	info,
	lock,
	mail,
	me,
	more,
	next,
	notes,
	offline,
	pause,
	pending,
	place,
	play,
	previous,
	remove,
	screen,
	settings,
	signal,
	signOut,
	skip,
	swap,
	today,
	trash,
	undo,
	up,
	visible,
	warning
} satisfies Record<string, Glyph>;

export type IconName = keyof typeof icons;
