### Tout ce que Seuil dit dans la conversation. Le français est l'original.
### Une idée par message, trois phrases et 300 signes au plus. Vous, présent, mots simples.
### Ni éloge, ni pitié, ni verdict, ni promesse ; rien qui presse de porter plainte.

## Les mots que l'on peut taper à tout moment

word-help = AIDE
word-skip = PASSER
word-back = RETOUR
word-pause = PAUSE
word-stop = STOP
word-erase = EFFACER
word-done = FINI
word-next = SUITE
word-continue = CONTINUER
word-yes = OUI
word-no = NON

# Ce que l'on accepte aussi pour le même mot, séparé par des virgules ; les accents et la casse ne comptent pas.
# Les mots de chaque langue valent dans toutes les langues.
alias-help = aide, à l’aide, aidez-moi, help, sos, au secours
alias-skip = passer, passe, je passe, passer la question
alias-back = retour, revenir, précédent, en arrière, revenir en arrière
alias-pause = pause, faire une pause, plus tard
alias-stop = stop, arrêter, arrête, arrêtez, quitter
alias-erase = effacer, efface, effacez, tout effacer, tout supprimer
alias-done = fini, j’ai fini, c’est fini, terminé, j’ai terminé, fin
alias-next = suite, la suite, page suivante
alias-continue = continuer, reprendre, on continue
alias-yes = oui, ouais, oui merci
alias-no = non, non merci, nan, rien, c’est tout, rien d’autre, rien à ajouter

## L'accueil et le chemin

welcome = Bonjour, vous pouvez raconter ici ce qui s’est passé quand quelqu’un est venu chez vous pour son travail ; des bénévoles de l’association lisent ensuite. C’est un programme qui répond : pas une personne, pas un service d’urgence, et aucune plainte n’est déposée. STOP arrête et efface, à tout moment.

option-line = { $number }. { $label }
option-chosen = { $label } (choisi)
several-hint = Plusieurs réponses sont possibles. Écrivez les numéros, par exemple 1 3, puis FINI.
page-of = Page { $page } sur { $pages }. SUITE montre une autre page de la liste.
page-of-text = Page { $page } sur { $pages }. Écrivez SUITE pour lire la page suivante.
progress = Étape { $n } sur { $of }.
progress-start = Le tout prend environ 15 minutes, et chaque question peut être passée. PAUSE garde ce que vous avez écrit, STOP l’efface.

stage-threshold = D’abord, quelques questions courtes.
stage-story = Vos mots d’abord. { progress-start }
stage-facts = Voici maintenant des questions à choix. Elles servent aux chiffres groupés, et vous pouvez toutes les passer.
stage-after = Les questions suivantes parlent de ce qui est venu après. Elles servent aussi aux chiffres groupés ; pour de l’aide tout de suite, écrivez AIDE.
stage-choose = Il reste à choisir à quoi votre témoignage peut servir.

not-understood = Pour répondre, écrivez le numéro d’une ligne. Vous pouvez aussi écrire PASSER.
not-kept = Ce que vous venez d’écrire n’est pas gardé ici. Pour le raconter, revenez à votre récit avec RETOUR, ou commencez avec /start.
free-text-kept = C’est noté avec vos mots.
narrative-more-messages = C’est reçu. Continuez, ou écrivez FINI.
too-much = Il n’y a plus de place pour ce message. Ce que vous avez écrit avant est là. Écrivez FINI pour passer à la suite.
edit-too-late = Vous venez de modifier un message plus ancien que votre dernière réponse : rien ne change ici. Pour reprendre une réponse, écrivez RETOUR, ou attendez la relecture.
button-old = Ce bouton appartient à un message plus ancien. Voici où vous en êtes.
reply-old = Votre réponse cite un message plus ancien : elle n’est pas prise en compte. Voici où vous en êtes. Pour reprendre une réponse, écrivez RETOUR.
unread-garbled = Votre dernier message n’est pas arrivé lisible. Vous pouvez l’envoyer de nouveau.
unread-long = Votre message est trop long : rien n’en est gardé. Vous pouvez l’envoyer en plusieurs fois.
edited-replaced = Votre message modifié remplace le précédent.

validation-story = Merci de l’avoir écrit. Ce que cette personne a fait n’est pas de votre faute.
validation-care = Merci de l’avoir dit. Ce que cette personne a fait n’est pas de votre faute, et c’est vous qui décidez de la suite.

# { $lines } : deux ou trois lignes d'aide, une par ligne.
care-block = Des soins et un examen sont possibles, même sans plainte. Certains aident mieux tôt, et consulter plus tard reste possible. Un médecin ou les urgences peuvent aussi noter les traces, au cas où vous en auriez besoin un jour.
    { $lines }

## Le danger et les mots qui alertent

crisis-offer = Vous pouvez joindre ces numéros maintenant, même sans certitude. Voulez-vous continuer ici, ou faire une pause ?
    .go_on = Continuer
    .pause = Faire une pause
    .erase = Effacer et quitter

danger-offer = Votre sécurité d’abord : rien n’est gardé de cet échange chez nous. EFFACER retire aussi les messages affichés ici, si l’application le permet. Quand vous êtes à l’abri, vous pouvez revenir en écrivant /start.
danger-unsure = Vous pouvez appeler maintenant, même sans certitude. Vous pouvez aussi continuer ici, à votre rythme.

minor = Ici, on peut témoigner à partir de 18 ans ; rien n’est gardé de cet échange chez nous. Ailleurs, on peut vous écouter : en France, le 119 et le 3018 sont gratuits. Pour d’autres lignes, écrivez AIDE.

## L'accord

# Les mots de chaque canal suivent cette notice (consent-notice-channel-…), puis consent-limit.
consent-notice = Des bénévoles de l’association vous lisent, pour faire des chiffres groupés et, si vous voulez, un résumé ou une phrase, pour d’autres associations. Le récit est effacé { $story_days } jours après leur décision, les réponses aux listes { $coded_months } mois après. N’écrivez aucun nom ; un reçu permet de retirer ce témoignage.
consent-notice-channel-telegram = Telegram peut lire les conversations avec un programme comme celui-ci. Signal, si l’association y est aussi, ne le peut pas. Dans les deux cas, le serveur de l’association voit ce que vous écrivez au moment où vous l’envoyez.
consent-notice-channel-signal = Signal ne peut pas lire cette conversation. Le serveur de l’association, lui, voit ce que vous écrivez au moment où vous l’envoyez.
consent-notice-vanish = Ici, chaque message disparaît de lui-même { $hours } heures après son envoi ou sa lecture.
consent-notice-channel-terminal = Cette conversation ne passe par aucune messagerie. Qui a accès à cet ordinateur peut voir ce que vous tapez au moment où vous le tapez.
consent-notice-channel-web = Cette conversation ne passe par aucune messagerie. Le serveur de l’association voit ce que vous écrivez au moment où vous l’envoyez, et le navigateur peut garder l’adresse de cette page.
consent-limit = Le secret a une limite. Si un récit parle de mauvais traitements ou d’agression sexuelle sur une personne mineure, ou qui ne peut pas se protéger (âge, santé, handicap, grossesse), la loi demande d’avertir les autorités (code pénal, article 434-3). Nous ne demandons pas qui vous êtes.
consent-refused = C’est entendu : rien n’est gardé. L’aide et les droits restent ouverts.
nothing-told = Vous avez passé toutes les questions : il n’y a rien à garder. L’aide et les droits restent ouverts.
nothing-kept = C’est entendu : rien n’est gardé, et ce qui était écrit est effacé. L’aide et les droits restent ouverts.

## Ce que nous faisons de vos données (/privacy)

privacy-1 = Responsable de ces données : { $operator }. Pour lui écrire : { $contact }.
privacy-2 = Nous gardons vos réponses et votre récit, avec votre accord, pour produire des chiffres groupés et faire connaître ces faits. Les numéros, les adresses et les noms que le programme reconnaît sont retirés avant l’enregistrement. Votre compte n’est pas gardé avec le témoignage.
privacy-3 = Des associations partenaires reçoivent les chiffres groupés et, si vous l’avez choisi, un résumé ou une phrase relus par l’équipe. Rien n’est vendu ; rien d’autre n’est transmis, sauf si la loi l’impose. Vous pouvez demander à l’association qui elles sont.
privacy-4 = Un brouillon s’efface au plus tard { $hours } heures après son début. Le récit est effacé { $story_days } jours après la décision de l’équipe, les réponses aux listes { $coded_months } mois après. Les chiffres déjà publiés ne désignent personne et restent.
privacy-5 = Avec votre reçu, vous pouvez compléter ou retirer votre témoignage tant qu’il est gardé. Sans reçu, nous ne savons pas quel témoignage est le vôtre. Vous pouvez aussi vous adresser à la CNIL, l’autorité qui protège les données : cnil.fr.
privacy-6 = Telegram peut lire les conversations avec un programme. Signal ne le peut pas. Dans les deux cas, notre serveur voit ce que vous écrivez au moment où vous l’envoyez ; le témoignage terminé est mis sous clé, et l’équipe l’ouvre pour le lire.
privacy-7 = Une personne qui tient votre téléphone déverrouillé peut lire ce qui n’est pas effacé. EFFACER retire le brouillon et les messages que l’application nous laisse supprimer ; le reste s’efface à la main. Un témoignage déjà envoyé se retire avec le reçu.
privacy-8 = Un témoignage retiré ou effacé n’est plus lisible sur notre serveur. Il peut encore être, sous clé, dans une copie de secours pendant { $backup_days } jours environ ; une telle copie ne sert que si le serveur est perdu.

operator-unnamed = l’association qui tient ce programme (son nom n’est pas encore indiqué)
contact-unnamed = l’adresse n’est pas encore indiquée

## S'arrêter, revenir, effacer

paused = C’est en pause : ce que vous avez écrit s’efface au plus tard { $hours } heures après le début, et les messages restent affichés ici. Pour reprendre, écrivez CONTINUER ; pour tout effacer, EFFACER. Nous n’envoyons aucun rappel.
resume-offer = Vous pouvez reprendre là où vous en étiez.
    .resume = Continuer
    .erase = Effacer
expired = Ce qui était commencé est effacé : le délai est passé, ou notre serveur a redémarré. Vous pouvez recommencer quand vous voulez.
stopped = C’est arrêté, et ce qui était commencé est effacé. Pour revenir, écrivez /start.
ended = La conversation est finie. Pour revenir, écrivez /start.
erased = C’est fait.
remains-telegram = Ce message reste, comme ceux de plus de deux jours s’il y en a : le menu de la conversation permet de la supprimer en entier.
remains-signal = Nous ne pouvons retirer que nos propres messages : celui-ci et les vôtres restent. Le menu de la conversation permet de la supprimer en entier.

## Images, voix, fichiers

media-refused = Les images, les messages vocaux et les fichiers ne sont ni ouverts ni téléchargés ici ; ce que vous venez d’envoyer reste affiché, et vous pouvez le supprimer. Vous pouvez garder l’original, avec sa date, et une copie ailleurs que sur ce téléphone. Vous pouvez continuer avec vos mots.

## La relecture

review-intro = Voici exactement ce qui sera gardé. S’il reste un nom, un numéro ou une adresse, vous pouvez retirer la phrase. Vous pouvez aussi changer une réponse, ou tout effacer.
review-story-head = Vos mots :
review-answers-head = Vos réponses :
review-answer = { $question } { $answer }
review-removed = Retiré : { $kinds }. C’est pour vous protéger, et parce que la loi ne nous permet pas de garder ce qui désigne quelqu’un.
review-menu = Que voulez-vous faire de ce texte ?
    .keep = Continuer avec ce texte
    .change = Changer une réponse
    .remove = Retirer une phrase
    .erase = Tout effacer

kind-phone = numéro de téléphone
kind-email = adresse électronique
kind-handle = pseudonyme
kind-link = lien
kind-address = adresse
kind-postcode = code postal
kind-door = étage ou code d’entrée
kind-plate = plaque d’immatriculation
kind-iban = numéro de compte
kind-nir = numéro de sécurité sociale
kind-siret = numéro d’entreprise
kind-card = numéro de carte
kind-case_number = numéro de dossier
kind-number = suite de chiffres
kind-place = lieu
kind-date = date
kind-time = heure
kind-name = nom
kind-company = nom d’entreprise
kind-receipt = mots d’un reçu

change-which = Quelle réponse voulez-vous changer ?
    .narrative = Votre récit, pour y ajouter
    .narrative_more = Ce que vous avez ajouté
    .gate_physical = Gestes et contacts physiques
remove-which = Quelle phrase voulez-vous retirer ? RETOUR vous ramène à la relecture.
removed-sentence = Cette phrase est retirée.
nothing-to-remove = Il n’y a pas de phrase à retirer.

## Le choix et l'envoi

share-explained = Les chiffres groupés comptent vos réponses avec celles d’autres personnes. Le résumé est écrit par l’équipe, sans ce qui vous ferait reconnaître ; la phrase, vous la choisissez, et deux personnes la relisent. Des associations les reçoivent, et peuvent les rendre publics.
quote-which = Quelle phrase peut être citée ? Deux personnes de l’équipe la relisent avant.
    .no_quote = Aucune : les chiffres groupés seulement
# { $quote } : la phrase exacte, 200 signes au plus.
quote-shown = Est-ce bien cette phrase qui pourra être citée : « { $quote } » ?
    .yes = Oui, celle-ci
    .other = Une autre
    .no = Aucune : les chiffres groupés seulement
confirm = C’est la dernière étape. Une fois envoyé, le témoignage ne se relit plus ici ; un reçu permet de le compléter ou de le retirer. Voulez-vous l’envoyer ?
    .send = Envoyer
    .back = Revenir à la relecture
    .erase = Tout effacer

sealing-failed = Le témoignage n’a pas pu être mis sous clé, donc rien n’est envoyé. Ce que vous avez écrit reste dans le brouillon, avec le même délai. Pour réessayer plus tard, écrivez CONTINUER.
sending-busy = Beaucoup de témoignages arrivent en ce moment, et le vôtre n’est pas encore envoyé. Ce que vous avez écrit reste dans le brouillon, avec le même délai. Dans une minute, vous pouvez choisir de nouveau « Envoyer ».
sent = C’est envoyé, merci. L’équipe le lit et décide s’il entre dans les chiffres ; elle ne peut pas vous écrire, mais peut laisser une réponse, à lire avec le reçu. Le récit est effacé { $story_days } jours après cette décision, les réponses aux listes { $coded_months } mois après.
receipt = Votre reçu, en huit mots :
    { $words }
    Ils ne seront plus montrés : notez-les sur papier plutôt que dans le téléphone.
not-accepted = Ce témoignage n’est pas gardé. Pour demander des explications, l’adresse de l’association est dans /privacy. L’aide et les droits restent ouverts.
receipt-use = Avec ces mots, sur n’importe quel téléphone, vous pouvez compléter ou retirer votre témoignage, ou lire une réponse : écrivez /recu. Sans eux, nous ne pouvons pas le retrouver. Ils ne permettent à personne de relire votre récit.

## La fin

closing = Voulez-vous autre chose avant de finir ? « Finir » retire aussi de l’écran les messages que l’application nous laisse supprimer, les huit mots compris.
    .help = Les lignes d’aide
    .grounding = Un court exercice au calme
    .hide = Cacher les huit mots, une fois notés
    .clear_chat = Comment effacer cette conversation
    .end = Finir
receipt-copy = Copier les huit mots
receipt-hidden = Si l’application le permet, les huit mots sont retirés de l’écran. S’ils y sont encore, vous pouvez effacer ce message à la main, une fois les mots notés.
grounding = Si vous voulez, sentez ce qui vous porte : le sol sous vos pieds, ou le siège. Nommez ensuite, sans parler, cinq choses que vous voyez ou entendez autour de vous. Prenez le temps qu’il vous faut.
clear-chat-telegram = Pour effacer cette conversation, ouvrez son menu, puis « Supprimer l’échange ». Choisissez la suppression des deux côtés si elle est proposée. Les notifications déjà reçues se retirent à part.
clear-chat-signal = Pour effacer cette conversation, appuyez longuement sur elle dans la liste, puis choisissez de la supprimer. Les notifications déjà reçues se retirent à part.
clear-chat-terminal = Pour effacer ce qui est à l’écran, fermez cette fenêtre, ou tapez clear une fois le programme fini.
clear-chat-web = Pour effacer cette page, fermez-la, puis retirez-la de l’historique du navigateur.

## Le reçu (/receipt)

receipt-menu = Vous avez un reçu de huit mots. Que voulez-vous faire ?
    .read = Lire une réponse
    .add = Ajouter quelque chose
    .withdraw = Retirer le témoignage
    .end = Revenir
receipt-ask = Écrivez les huit mots de votre reçu, dans l’ordre.
receipt-form = Un reçu, ce sont huit mots, dans l’ordre. Ce que vous venez d’écrire n’est pas gardé.
receipt-typo = Un des mots ne semble pas juste. Écrivez-les de nouveau, dans l’ordre.
# La même phrase pour un reçu inconnu, un témoignage retiré, et l'absence de réponse.
receipt-nothing = Il n’y a pas de message à lire avec ces mots.
receipt-too-many = Il y a eu beaucoup d’essais. Vous pouvez recommencer dans dix minutes.
receipt-reply = Réponse de l’équipe : { $text }
add-ask = Que voulez-vous ajouter ? N’écrivez ni nom, ni numéro, ni adresse. Les huit mots de votre reçu seront demandés ensuite.
added = C’est transmis, si ces mots sont ceux d’un témoignage.
withdraw-ask = Pour retirer votre témoignage, écrivez les huit mots de votre reçu, dans l’ordre. Il est effacé tout de suite de notre serveur, sans retour possible ; les chiffres déjà envoyés à des associations restent. RETOUR annule.
withdrawn = C’est fait : rien n’est gardé sous ces mots.

## L'aide (/help)

help-intro = L’aide est ouverte à tout moment, sans rien raconter. Pour une autre langue, écrivez /langue ; pour un autre pays, choisissez « Changer de pays ».
help-country = Dans quel pays cherchez-vous de l’aide ?
    .FR = France
    .BE = Belgique
    .CH = Suisse
    .LU = Luxembourg
    .CA = Canada
    .GB = Royaume-Uni
    .ES = Espagne
    .DE = Allemagne
    .other = Un autre pays
help-menu = De quelle aide avez-vous besoin ?
    .danger = Un danger, maintenant
    .talk = Parler à quelqu’un
    .sexual = Des violences sexuelles
    .digital = Des messages, des insultes en ligne
    .minor = Pour une personne de moins de 18 ans
    .suicide = Des pensées de mort ou de suicide
    .rights = Les droits, une plainte
    .care = Des soins
    .country = Changer de pays
    .end = Revenir
help-head =
    .danger = Vous pouvez joindre maintenant :
    .talk = Pour parler à quelqu’un :
    .sexual = Pour des violences sexuelles, à tout âge :
    .digital = Pour des messages ou des insultes en ligne :
    .minor = Pour les moins de 18 ans :
    .suicide = Quand on pense à mourir :
    .rights = Pour connaître vos droits, ou pour une plainte :
    .care = Pour des soins :
help-line = { $number } : { $who }. { $hours }, { $cost }.
help-line-anonymous = { $number } : { $who }. { $hours }, { $cost }, anonyme.
# Une ligne courte, pour care-block et les urgences.
help-line-short = { $number } : { $who }.
help-dated = Ces renseignements viennent de sources publiques, dont la plus ancienne date de { $year }. L’équipe ne les a pas tous vérifiés. Si une ligne ne répond pas, vous pouvez en essayer une autre.
help-no-country = Nous n’avons pas de liste pour ce pays. En Europe, le 112 répond jour et nuit. Ailleurs, c’est le numéro d’urgence du pays.
help-no-lines = Nous n’avons pas de ligne de ce genre pour ce pays. Les autres choix restent ouverts.

## Le reste

language-changed = Nous continuons en français.
failed = Quelque chose n’a pas marché de notre côté, et votre dernier message n’est pas gardé. Vous pouvez l’envoyer de nouveau dans un moment.
too-fast = Vos messages arrivent trop vite : les derniers ne sont pas gardés, ceux d’avant le sont. Attendez une minute, puis envoyez les derniers de nouveau.
busy = Beaucoup de personnes écrivent en ce moment, et votre message n’est pas gardé. Vous pouvez écrire /start de nouveau dans { $minutes } minutes. L’aide reste ouverte : en danger, en Europe, le 112 répond jour et nuit ; pour d’autres numéros, écrivez AIDE.

# Se lisent avant toute conversation, et par-dessus une épaule : rien n'y dit à quoi le programme sert.
profile-description = Un espace pour écrire à l’association, à votre rythme. Pour commencer : /start. Pour savoir ce qui est gardé : /privacy.
profile-short = Pour nous écrire, à votre rythme.
profile-menu =
    .group_help = vos commandes
    .pause = s’arrêter et revenir plus tard

commands-help = À tout moment, vous pouvez écrire :
    /start : commencer ou reprendre
    /aide : les lignes d’aide
    /droits : les droits
    /confidentialite : ce qui est gardé
    /langue : changer de langue
    /recu : utiliser un reçu
    /effacer : effacer ce qui n’est pas envoyé
