-- The demo group: seven CTOs, one session behind them, one ahead. All of it is invented.
-- Dates follow the day of the seed, so that the demo is always in the middle of a month.
-- The people themselves are made before this file runs (src/lib/server/demo.ts), with the ids
-- 00000000-0000-4000-8000-00000000000N.

create function pg_temp.person(number int) returns uuid language sql immutable as $$
	select ('00000000-0000-4000-8000-' || lpad(number::text, 12, '0'))::uuid
$$;
create function pg_temp.made(kind int, number int) returns uuid language sql immutable as $$
	select (lpad(kind::text, 8, '0') || '-0000-4000-8000-' || lpad(number::text, 12, '0'))::uuid
$$;
-- Half past six in the evening, in Paris, so many days from today.
create function pg_temp.evening(days int) returns timestamptz language sql stable as $$
	select ((now() at time zone 'Europe/Paris')::date + days + time '18:30') at time zone 'Europe/Paris'
$$;
create function pg_temp.day(days int) returns date language sql stable as $$
	select (now() at time zone 'Europe/Paris')::date + days
$$;

insert into cercle.groups (id, name, created_at)
	values (pg_temp.made(1, 1), 'Les Quais', now() - interval '70 days');
insert into cercle.memberships (group_id, member_id, joined_at)
	select pg_temp.made(1, 1), pg_temp.person(n), now() - interval '70 days' from generate_series(1, 7) n;
insert into cercle.charters (id, group_id, version, body, created_at)
	values (pg_temp.made(2, 1), pg_temp.made(1, 1), 1,
$charter$Ce qui se dit ici reste ici. Nous ne répétons ni les faits, ni les noms, ni les chiffres, même transformés, même à nos proches, même après avoir quitté le groupe.

Nous venons. Deux heures par mois, à l’heure, sans écran ouvert sur autre chose que la séance. Une absence se dit à l’avance.

Nous parlons de ce que nous avons vécu. L’expérience à la première personne d’abord ; le conseil seulement quand il est demandé.

Personne ne vend rien à personne. Ni recrutement, ni prestation, ni mise en avant.

Nous tenons nos engagements, ou nous disons pourquoi. Chaque action est revue à la séance suivante.

L’animation, la présentation et le lieu tournent. Le groupe ne dépend de personne.

La première séance ouvre une période d’essai de trois mois ; chacun dit ensuite s’il continue.$charter$,
	now() - interval '70 days');
insert into cercle.signatures (group_id, charter_id, member_id, signed_at)
	select pg_temp.made(1, 1), pg_temp.made(2, 1), pg_temp.person(n), now() - interval '69 days'
	from generate_series(1, 7) n;

create temporary table steps (
	position int, kind text, fr text, en text, minutes int, least int, speakers text, rule text,
	presented boolean, actual int
) on commit drop;
insert into steps values
	(0, 'opening', 'Ouverture, rappel de la charte', 'Opening, charter reminder', 5, 3, 'facilitator', 'brief', false, 4),
	(1, 'follow_up', 'Suivi des actions', 'Follow-up of actions', 25, 15, 'everyone', 'brief', false, 29),
	(2, 'challenge', 'Présentation du défi', 'Challenge presented', 20, 15, 'presenter', 'listen', true, 22),
	(3, 'discussion', 'Discussion', 'Discussion', 40, 25, 'everyone', 'experience', true, 38),
	(4, 'takeaways', 'Ce que j’en retiens', 'What I take away', 10, 5, 'presenter', 'listen', true, 9),
	(5, 'actions', 'Une action chacun', 'One action each', 15, 8, 'everyone', 'one_each', false, 14),
	(6, 'closing', 'Clôture, prochains rôles', 'Close, next roles', 5, 3, 'everyone', 'brief', false, 4);

insert into cercle.sessions (
	id, group_id, starts_at, place, length_minutes, status, facilitator_id, scribe_id, host_id,
	started_at, closed_at
) values
	(pg_temp.made(3, 1), pg_temp.made(1, 1), pg_temp.evening(-55), 'Chez Karim, Vaise', 120, 'closed',
		pg_temp.person(2), pg_temp.person(5), pg_temp.person(2),
		pg_temp.evening(-55), pg_temp.evening(-55) + interval '121 minutes'),
	(pg_temp.made(3, 2), pg_temp.made(1, 1), pg_temp.evening(-26), 'Chez Élodie, Confluence', 120, 'closed',
		pg_temp.person(3), pg_temp.person(4), pg_temp.person(3),
		pg_temp.evening(-26), pg_temp.evening(-26) + interval '120 minutes'),
	(pg_temp.made(3, 3), pg_temp.made(1, 1), pg_temp.evening(2), 'Croix-Rousse, chez Thomas', 120, 'planned',
		pg_temp.person(1), pg_temp.person(7), pg_temp.person(4), null, null);

insert into cercle.segments (
	group_id, session_id, position, kind, label, minutes, least, speakers, rule, person_id, actual_ms
)
select s.group_id, s.id, t.position, t.kind, jsonb_build_object('fr', t.fr, 'en', t.en), t.minutes,
	t.least, t.speakers, t.rule, case when t.presented then p.presenter end,
	case when s.status = 'closed' then t.actual * 60000 end
from cercle.sessions s
join (values
	(pg_temp.made(3, 1), pg_temp.person(6)), (pg_temp.made(3, 2), pg_temp.person(1)),
	(pg_temp.made(3, 3), pg_temp.person(5))
) p (session_id, presenter) on p.session_id = s.id
cross join steps t;

insert into cercle.attendances (group_id, session_id, member_id, present, seen_at)
select s.group_id, s.id, pg_temp.person(n), not (s.id = pg_temp.made(3, 1) and n = 7), s.closed_at
from cercle.sessions s, generate_series(1, 7) n where s.status = 'closed';

insert into cercle.challenges (
	id, group_id, session_id, presenter_id, position, question, context, tried, options, wanted,
	unwanted, need, tags
) values
	(pg_temp.made(4, 1), pg_temp.made(1, 1), pg_temp.made(3, 1), pg_temp.person(6), 0,
		'Comment garder l’équipe plateforme quand deux seniors partent en même temps ?',
		'Huit personnes, deux départs annoncés, une astreinte à quatre.', '', '', '', '', 'decide',
		'{team_company}'),
	(pg_temp.made(4, 2), pg_temp.made(1, 1), pg_temp.made(3, 2), pg_temp.person(1), 0,
		'Mon comité veut une date pour la refonte ; je n’y crois pas. Que lui dire ?',
		'Refonte du moteur de tarification, promise deux fois, repoussée deux fois.', '', '', '', '',
		'be_challenged', '{long_term_urgency,technical_organisational}'),
	(pg_temp.made(4, 3), pg_temp.made(1, 1), pg_temp.made(3, 3), pg_temp.person(5), 0,
		'Faut-il réécrire le moteur de recherche, ou apprendre à vivre avec ?',
		'Dix ans de code, trois personnes le comprennent, un client sur deux s’en plaint. Le produit veut des facettes pour le printemps.',
		'Un audit interne en mai. Deux sprints de nettoyage : les temps de réponse ont baissé d’un tiers, la peur est restée.',
		'Réécrire par le bord, sous le même contrat. Acheter un moteur. Ne rien faire et embaucher.',
		'Des récits de réécritures que vous avez menées ou arrêtées : qu’est-ce qui vous a fait changer d’avis ?',
		'Une liste de produits à essayer.', 'decide', '{technical_organisational,long_term_urgency}');

update cercle.challenge_notes set
	body = 'Trois récits de dates imposées. Dans deux cas, montrer le coût de l’incertitude a suffi.',
	takeaways = 'Présenter trois jalons au lieu d’une date. Demander à la DAF ce que coûte un mois de retard.'
	where id = pg_temp.made(4, 2);
update cercle.challenge_notes set
	body = 'Parler aux deux partants séparément. Réduire l’astreinte avant de recruter.',
	takeaways = 'Geler une ligne de produit pendant six semaines.'
	where id = pg_temp.made(4, 1);

insert into cercle.actions (id, group_id, owner_id, title, due_on, status, born_in, due_in, carries, created_at)
select pg_temp.made(5, n), pg_temp.made(1, 1), pg_temp.person(owner), title, pg_temp.day(due), status,
	case when born = 0 then null else pg_temp.made(3, born) end, pg_temp.made(3, 3), carries,
	now() - make_interval(days => age)
from (values
	(1, 1, 'Déléguer l’astreinte à deux lead devs', 2, 'open', 1, 1, 55),
	(2, 1, 'Présenter trois jalons de la refonte au comité', 2, 'open', 2, 0, 26),
	(3, 1, 'Écrire la fiche de poste « staff »', 2, 'open', 1, 3, 56),
	(4, 2, 'Couper l’ancien CRM avant la fin du mois', 2, 'open', 2, 0, 26),
	(5, 2, 'Dîner avec l’ancien CTO de la filiale', 2, 'done', 1, 0, 55),
	(6, 3, 'Bloquer deux demi-journées sans réunion', 2, 'open', 2, 0, 26),
	(7, 4, 'Demander au CEO ce qu’il attend de moi en 2027', 2, 'open', 1, 1, 55),
	(8, 5, 'Mesurer la latence vue par les dix plus gros clients', 2, 'open', 2, 0, 26),
	(9, 6, 'Annoncer le gel de la ligne mobile', 2, 'open', 2, 0, 26),
	(10, 7, 'Write down my three non-negotiables for the job', 2, 'open', 2, 0, 26)
) a (n, owner, title, due, status, born, carries, age);

insert into cercle.reviews (group_id, action_id, session_id, outcome, line, reviewed_by, reviewed_at)
values
	(pg_temp.made(1, 1), pg_temp.made(5, 1), pg_temp.made(3, 2), 'partly', 'Un lead sur deux a dit oui.',
		pg_temp.person(3), pg_temp.evening(-26)),
	(pg_temp.made(1, 1), pg_temp.made(5, 3), pg_temp.made(3, 2), 'not_done', 'Toujours pas le temps.',
		pg_temp.person(3), pg_temp.evening(-26)),
	(pg_temp.made(1, 1), pg_temp.made(5, 5), pg_temp.made(3, 2), 'done', 'Il viendra au prochain.',
		pg_temp.person(3), pg_temp.evening(-26)),
	(pg_temp.made(1, 1), pg_temp.made(5, 7), pg_temp.made(3, 2), 'not_done', 'Rendez-vous reporté.',
		pg_temp.person(3), pg_temp.evening(-26));

-- What was carried says so, session by session; the oldest of it from before the first one here.
update cercle.actions set born_in = null, created_at = pg_temp.evening(-110)
	where id = pg_temp.made(5, 3);
update cercle.action_events set at = pg_temp.evening(-110) where action_id = pg_temp.made(5, 3);
insert into cercle.action_events
	(group_id, action_id, kind, at, session_id, title, due_on, carries)
select a.group_id, a.id, 'carried', pg_temp.evening(held), pg_temp.made(3, next), a.title,
	pg_temp.day(due), a.carries - before
from cercle.actions a
join (values (0, -26, 3, 2), (1, -55, 2, -26), (2, -83, 1, -55)) c (before, held, next, due)
	on before < a.carries;

insert into cercle.feedbacks (group_id, session_id, member_id, plus, delta) values
	(pg_temp.made(1, 1), pg_temp.made(3, 2), pg_temp.person(2), 'Un vrai désaccord, bien tenu.', 'Commencer à l’heure.'),
	(pg_temp.made(1, 1), pg_temp.made(3, 2), pg_temp.person(4), 'Trois récits vécus.', '');

insert into cercle.contributions (id, group_id, session_id, challenge_id, author_id, kind, text, made_at)
select pg_temp.made(6, n), pg_temp.made(1, 1), pg_temp.made(3, 2), pg_temp.made(4, 2),
	pg_temp.person(author), kind, text, pg_temp.evening(-26) + make_interval(mins => after)
from (values
	(1, 3, 56, 'question', 'Que se passe-t-il si tu ne donnes pas de date ?'),
	(2, 7, 61, 'experience', 'J’ai donné trois jalons sans date finale : le comité a suivi le premier, et m’a crue pour la suite.'),
	(3, 4, 68, 'advice', 'Chiffrer ce que coûte un mois de plus avec l’ancien moteur.'),
	(4, 2, 74, 'offer', 'Je peux te présenter quelqu’un qui a mené la même refonte chez un assureur.')
) c (n, author, after, kind, text);

-- The members who spoke in the discussion, and for how many minutes.
insert into cercle.speaking_turns (group_id, session_id, position, member_id, raised_at, began_at, ended_at)
select pg_temp.made(1, 1), pg_temp.made(3, 2), 3, pg_temp.person(n), at, at, at + make_interval(mins => long)
from (
	select n, long, pg_temp.evening(-26) + make_interval(mins => after) as at
	from (values (1, 50, 3), (3, 53, 6), (7, 60, 5), (4, 66, 4), (6, 71, 2), (2, 73, 7), (5, 81, 5), (1, 86, 4))
		t (n, after, long)
) turns;

insert into cercle.room_states (
	session_id, group_id, facilitator_id, minutes, position, started_at, paused_at
)
select id, group_id, facilitator_id,
	case when status = 'closed' then '{5,25,20,40,10,15,5}'::int[] end,
	case when status = 'closed' then 6 end,
	case when status = 'closed' then closed_at - interval '4 minutes' end,
	closed_at
from cercle.sessions;

-- What they aim for this year, by quarter; one of them keeps one of hers to herself.
create function pg_temp.this_year() returns int language sql stable as $$
	select extract(year from now() at time zone 'Europe/Paris')::int
$$;
-- The quarter under way, or so many before it, in the same year.
create function pg_temp.quarter(back int) returns int language sql stable as $$
	select greatest(1, extract(quarter from now() at time zone 'Europe/Paris')::int - back)
$$;

insert into cercle.goals (
	id, group_id, owner_id, title, year, quarter, stage, measure, means, reason, shared, status, line,
	created_at
)
select pg_temp.made(7, n), pg_temp.made(1, 1), pg_temp.person(owner), title, pg_temp.this_year(),
	quarter, case when quarter = 1 then 'assess' when quarter = 4 then 'consolidate'
		when quarter is not null then 'execute' end,
	measure, means, reason, shared, status, line, now() - interval '60 days'
from (values
	(1, 1, null, 'Une équipe plateforme qui tient deux semaines sans moi',
		'Deux semaines de congés sans un appel.',
		'Deux lead devs prêts à prendre l’astreinte ; arrêter de relire chaque mise en production.',
		'Je suis le dernier maillon de chaque incident.', true, 'open', ''),
	(2, 1, pg_temp.quarter(0), 'Une refonte dont le comité connaît les jalons et le prix',
		'Trois jalons votés, le premier livré.', '', 'Deux dates promises, deux dates perdues.',
		true, 'open', ''),
	(3, 1, pg_temp.quarter(0), 'Décider si je reste après le rachat', '',
		'', 'La clause tombe à la fin de l’année.', false, 'open', ''),
	(4, 1, pg_temp.quarter(1), 'Savoir où part le temps de l’équipe',
		'Une photo de six semaines, partagée avec le produit.', '', '', true, 'reached',
		'Un tiers en interruptions : la suite en découle.'),
	(5, 2, pg_temp.quarter(0), 'Un seul CRM, et l’ancien éteint', 'Plus un accès ouvert à l’ancien.',
		'', '', true, 'open', ''),
	(6, 3, null, 'Redevenir disponible pour mes managers', '', '', '', true, 'open', ''),
	(7, 4, pg_temp.quarter(0), 'Un mandat écrit avec le CEO', 'Une page, signée des deux.', '', '',
		true, 'open', ''),
	(8, 5, pg_temp.quarter(0), 'Une recherche dont les gros clients ne se plaignent plus',
		'Latence sous 400 ms pour les dix plus gros.', '', '', true, 'open', ''),
	(9, 7, null, 'Know what I want from my next five years', 'One page I would show this group.', '',
		'', true, 'open', ''),
	(10, 6, pg_temp.quarter(1), 'Ouvrir une équipe mobile à Nantes', '', '', '', true, 'dropped',
		'Le gel de la ligne l’a rendu sans objet.')
) g (n, owner, quarter, title, measure, means, reason, shared, status, line);

-- Actions of earlier sessions that served them; those of the coming one serve them too.
insert into cercle.actions (
	id, group_id, owner_id, title, due_on, status, born_in, due_in, goal_id, created_at
)
select pg_temp.made(5, n), pg_temp.made(1, 1), pg_temp.person(owner), title, pg_temp.day(-26), status,
	pg_temp.made(3, 1), pg_temp.made(3, 2), pg_temp.made(7, goal), now() - interval '55 days'
from (values
	(11, 1, 'Noter chaque interruption pendant six semaines', 'done', 4),
	(12, 1, 'Écrire le guide d’astreinte', 'done', 1),
	(13, 6, 'Chercher un lead mobile à Nantes', 'dropped', 10),
	(14, 5, 'Demander leurs chiffres à trois gros clients', 'done', 8)
) a (n, owner, title, status, goal);
insert into cercle.reviews (group_id, action_id, session_id, outcome, line, reviewed_by, reviewed_at)
select pg_temp.made(1, 1), a.id, pg_temp.made(3, 2), a.status, '', pg_temp.person(3), pg_temp.evening(-26)
from cercle.actions a where a.id in (
	pg_temp.made(5, 11), pg_temp.made(5, 12), pg_temp.made(5, 13), pg_temp.made(5, 14)
);
update cercle.actions a set goal_id = pg_temp.made(7, s.goal)
from (values (1, 1), (2, 2), (4, 5), (6, 6), (7, 7), (8, 8), (10, 9)) s (n, goal)
where a.id = pg_temp.made(5, s.n);
