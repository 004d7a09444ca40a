### Le bilan : ce que lisent les associations partenaires.
### Mots tenus (voir aussi bot/disclosure.py) : « personnes », « ont déclaré », « témoignages non vérifiés »,
### « la personne venue ». Jamais un mot qui juge la personne venue : rien n'est vérifié, personne n'est désigné.
### Le code des lignes est dans bot/tally.py. Espaces insécables devant : ; ? ! % et dans les guillemets.

digest-title = Bilan n° { $number }
digest-period = Témoignages retenus entre { $first } et { $last }.
digest-period-one = Témoignages retenus en { $month }.
digest-people = { NUMBER($count) } { digest-people-told }
digest-people-told = personnes ont déclaré avoir subi des messages, des paroles ou des actes non voulus, de la part de quelqu’un venu chez elles pour son travail.
digest-people-change =
    .more = Le total augmente de { NUMBER($by) } par rapport au bilan n° { $since }.
    .fewer = Le total diminue de { NUMBER($by) } par rapport au bilan n° { $since }.
    .same = Le total est le même que dans le bilan n° { $since }.
digest-unverified = Ce sont des témoignages non vérifiés. Les nombres sont arrondis au multiple de 5 le plus proche.
digest-month =
    .m01 = janvier { $year }
    .m02 = février { $year }
    .m03 = mars { $year }
    .m04 = avril { $year }
    .m05 = mai { $year }
    .m06 = juin { $year }
    .m07 = juillet { $year }
    .m08 = août { $year }
    .m09 = septembre { $year }
    .m10 = octobre { $year }
    .m11 = novembre { $year }
    .m12 = décembre { $year }

## Les lignes

digest-row = { $label } : { NUMBER($count) } personnes, { $percent } %
digest-row-change =
    .more = { $row }, { NUMBER($by) } de plus
    .fewer = { $row }, { NUMBER($by) } de moins
    .same = { $row }, autant
digest-total = Personnes comptées
digest-several = Plusieurs réponses étaient possibles.
digest-rest = Autre, non précisé ou regroupé
digest-left-merged = Regroupé dans la ligne précédente : { $labels }.
digest-left-withheld = Non diffusé : { $labels }.
digest-between = { " ; " }
digest-nothing = Aucun nombre de ce tableau ne peut être diffusé sans risque de faire reconnaître quelqu’un.
digest-cross-row = { $label }, dont :
digest-cell = { $label } : { NUMBER($count) } personnes
digest-cross-left = Les autres nombres de ce tableau ne sont pas diffusés.
digest-status =
    .published = Diffusé : au moins { $k } personnes, et jamais la quasi-totalité.
    .total = Diffusé : toutes les personnes comptées.
    .rest = Diffusé : les personnes qui ne sont pas dans les autres nombres diffusés, au moins { $k }.
    .merged = Regroupé : compté avec les réponses autres ou non précisées.
    .withheld = Non diffusé, par secret statistique : moins de { $k } personnes, ou la quasi-totalité, ou un nombre qui permettrait d’en retrouver un autre. La raison n’est jamais dite.

## Les tableaux

digest-what_happened = Ce que les personnes ont déclaré avoir vécu
    .data_misuse = Coordonnées utilisées à titre privé
    .messages = Messages, appels ou contact sur les réseaux sociaux
    .letters_gifts = Mots, lettres ou cadeaux
    .remarks = Propos, regards ou insultes
    .presence = Retour sans rendez-vous, refus de partir ou attente dehors
    .intrusion = Entrée sans accord, surveillance ou affaires touchées
    .threats = Chantage ou menaces
    .physical = Gestes ou contacts physiques
digest-who_came = Le travail de la personne venue
    .telecom_energy = Internet, téléphone, électricité, gaz ou compteurs
    .delivery_transport = Livraison, déménagement ou transport
    .repair_works = Dépannage ou travaux
    .building_housing = Immeuble ou logement
    .personal_services = Ménage, soins, garde d’enfants ou cours
digest-who_sent = Qui envoyait la personne venue, selon les témoignages
    .telecom_operator = Opérateur de télécommunications
    .energy_water = Énergie ou eau
    .subcontractor = Sous-traitant
    .platform_delivery = Plateforme ou société de livraison
    .landlord = Bailleur, agence ou syndic
    .self_employed = À son compte
digest-contact_source = Comment la personne venue avait les coordonnées, selon les témoignages
    .client_file = Par le dossier client
    .given_for_visit = Communiquées pour le rendez-vous
    .app = Par une application
    .door_or_letterbox = Par la porte ou la boîte aux lettres
    .lives_or_works_here = En habitant ou en travaillant dans l’immeuble
digest-repetition = Combien de fois
    .ongoing = Cela continue
    .more_than_five = Plus de cinq fois
    .two_to_five = De deux à cinq fois
    .once = Une fois
digest-when_period = Temps écoulé depuis la dernière fois
    .under_three_months = Moins de trois mois
    .three_to_twelve_months = De trois mois à un an
    .one_to_six_years = D’un an à six ans
    .over_six_years = Plus de six ans
digest-told_whom = À qui les personnes disent en avoir parlé, hors entreprise et bailleur
    .friends_family = Des proches
    .police_gendarmerie = La police ou la gendarmerie
    .association = Une association
    .doctor = Un médecin
    .lawyer = Un avocat ou une avocate
    .cnil = La CNIL
    .social_media = Les réseaux sociaux
digest-company_reaction = La réponse de l’entreprise ou du bailleur, selon les témoignages
    .dismissed = Minimisation, reproche, refus ou défense de la personne venue
    .no_answer = Pas de réponse
    .listened = Une écoute, sans suite
    .acted = Une action, faite ou promise
    .told_nobody = N’en ont parlé à personne
digest-consequences = Ce qui a changé pour les personnes, selon elles
    .fear_home = La peur chez soi
    .sleep = Le sommeil
    .avoid_appointments = Ne plus faire venir personne
    .changed_habits = Numéro ou serrures changés, réseaux quittés
    .moved = Un déménagement
    .work_study_money = Le travail, les études ou l’argent
    .health = La santé
    .relationships = Les relations avec les autres
digest-needs = Ce dont les personnes disent avoir besoin
    .be_heard = Être écoutées
    .stop = Que cela s’arrête
    .rights_legal = Connaître leurs droits, être aidées par un juriste ou pour une plainte
    .talk_medical = Parler à quelqu’un ou recevoir des soins
    .protect_data = Que leurs données soient protégées
    .change = Que l’entreprise change, que cela n’arrive pas à d’autres
digest-happened_by_who_came = Ce qui a été déclaré, selon le travail de la personne venue
digest-happened_by_reaction = Ce qui a été déclaré, selon la réponse de l’entreprise ou du bailleur

## Les mots

digest-summaries = Des résumés écrits par l’équipe
digest-quotes = Des phrases choisies par leurs autrices et auteurs
digest-quote = « { $words } »

## Le rapport : la page et le PDF

digest-subject = Témoignages sur des messages, des paroles et des actes non voulus, de la part de personnes venues au domicile pour leur travail
digest-label = Témoignages non vérifiés
digest-skip = Aller au contenu
digest-contents = Sommaire
digest-headline = L’essentiel
digest-often = Parmi les réponses les plus fréquentes
digest-count = { NUMBER($count) } personnes
digest-number = { NUMBER($count) }
digest-percent = { $percent } %
digest-by =
    .more = { NUMBER($by) } de plus
    .fewer = { NUMBER($by) } de moins
    .same = autant
digest-section =
    .tables = Les réponses
    .crosses = Les réponses croisées
    .words = Ce que disent les témoignages
    .glossary = Glossaire
    .help = Où trouver de l’aide
    .change = L’évolution depuis le bilan n° { $since }
digest-column =
    .answer = Réponse
    .all = Ensemble
    .question = Question
    .share = Part
    .people = Personnes
    .change = Depuis le bilan n° { $since }
    .line = Numéro ou site
    .who = Pour qui
    .when = Quand, à quel coût
    .source = Source
digest-of-all = Les parts portent sur l’ensemble des personnes comptées. L’ordre des lignes reste le même d’un bilan à l’autre.
digest-cross-note = Nombre de personnes. « Regroupé » : compté dans la dernière colonne. « n. d. » : non diffusé. Une personne peut être dans plusieurs lignes.
digest-untold =
    .merged = regroupé
    .withheld = non diffusé
    .short = n. d.
digest-change-most = Les évolutions les plus marquées en nombre de personnes, parmi les réponses diffusées dans les deux bilans :
digest-change-none = Aucune réponse diffusée dans les deux bilans n’a changé de plus de { $rounding } personnes.
digest-chart = Diagramme en barres. { $label } : { $labels }.
digest-help-note = Ces renseignements viennent de sources publiques, plus ou moins anciennes. Ils sont à vérifier avant d’être repris.
digest-help-unsourced = Source non retrouvée
digest-term =
    .testimony = Témoignage non vérifié
    .person = Personne comptée
    .came = Personne venue
    .period = Période
    .share = Part
    .rounded = Arrondi
    .threshold = Seuil de diffusion
    .published = Diffusé
    .merged = Regroupé
    .withheld = Non diffusé (n. d.)
    .fingerprint = Empreinte
digest-meaning =
    .testimony = Ce qu’une personne dit avoir vécu. L’association ne cherche pas à le confirmer.
    .person = Quelqu’un dont au moins un témoignage entre dans ce bilan. Les nombres comptent des personnes, jamais des faits.
    .came = Quelqu’un qui est venu dans un logement pour son travail, ou que le travail met en contact avec les personnes qui y vivent.
    .period = Les mois pendant lesquels l’équipe a relu et retenu les témoignages. Certains ont pu être reçus avant. Deux bilans n’ont aucun témoignage en commun.
    .share = Sur 100 personnes comptées, combien ont donné cette réponse. Qui a passé la question reste dans le total.
    .rounded = Ramené au multiple de { $rounding } le plus proche.
    .threshold = Le plus petit nombre de personnes qui peut être diffusé. Dans ce bilan : { $k }.
    .published = Montré, après arrondi : au moins { $k } personnes, et jamais la quasi-totalité.
    .merged = Compté avec les réponses autres ou non précisées, jamais seul.
    .withheld = Gardé secret : le nombre est trop petit, ou proche du total, ou il permettrait d’en retrouver un autre. C’est le secret statistique. La raison n’est jamais dite.
    .fingerprint = Une suite de lettres et de chiffres calculée sur tout le bilan. Deux exemplaires qui ont la même empreinte sont le même bilan.

## La méthode et ses limites

digest-method = Comment ce bilan est fait, et ce qu’il ne dit pas
    .unverified = Ces témoignages ne sont pas vérifiés. Ils disent ce que des personnes ont déclaré. Ils ne disent rien de certain d’une entreprise ou d’une personne.
    .not_everyone = Les personnes qui témoignent l’ont choisi : ce n’est pas un échantillon représentatif. Ce bilan ne mesure pas combien de personnes vivent ces faits.
    .person_once = Une personne qui témoigne plusieurs fois pendant la période, depuis le même compte, est comptée une seule fois.
    .consent = Seuls comptent les témoignages donnés pour des chiffres, retenus par l’équipe après lecture, et non retirés avant ce bilan. Les refus d’accord ne sont comptés nulle part.
    .first_category = Si une personne a reçu plusieurs réponses de l’entreprise ou du bailleur, seule la moins favorable est comptée.
    .no_category = Les réponses « autre », « je ne sais pas », « je préfère ne pas dire » et les questions passées n’ont pas de ligne à elles. Les pourcentages portent sur toutes les personnes comptées.
    .small = Aucun nombre de moins de { $k } personnes n’est diffusé.
    .merged = Quand une seule réponse est possible, les petits nombres sont regroupés avec les réponses non précisées. Ce groupe compte lui aussi au moins { $k } personnes.
    .withheld = Ailleurs, un nombre n’est pas diffusé s’il est trop petit, s’il est proche du total, ou s’il permettrait d’en retrouver un autre. C’est le secret statistique.
    .rounded = Chaque nombre est arrondi séparément, au multiple de { $rounding } le plus proche. Les pourcentages sont calculés sur les nombres arrondis.
    .sums = À cause de l’arrondi, la somme des lignes peut différer un peu du total. Un écart de { $rounding } d’un bilan à l’autre peut aussi en venir.
    .not_asked = La région, la langue, l’âge et le foyer ne sont pas diffusés : ils aideraient à reconnaître quelqu’un.
    .frozen = Ce bilan est figé : toutes les associations reçoivent les mêmes nombres. Un témoignage retiré ensuite y reste compté.
    .change = Les évolutions sont calculées sur les nombres diffusés. Elles dépendent du nombre de personnes qui témoignent et de la durée des périodes : elles ne disent pas si ces faits augmentent ou diminuent.
    .quotes = Chaque phrase a été choisie par la personne et relue par deux membres de l’équipe. Elle date d’une période précédente et l’ordre est tiré au sort.
digest-fingerprint = Empreinte de ce bilan (SHA-256) : { $sha256 }

## Le courriel qui porte un bilan, et ses fichiers. L’objet ne dit rien à qui regarde par-dessus l’épaule.

letter-subject = { $name } : bilan n° { $number }
letter-hello = Bonjour, voici le bilan n° { $number }. Les fichiers joints donnent les mêmes nombres.
letter-hello-attached = Bonjour, le bilan n° { $number } est dans les fichiers joints.
letter-files = Fichiers joints : { $names }.
letter-sealed = Bonjour, le bilan n° { $number } est dans le fichier joint, { $file }. Il est scellé : seule la clé age de votre association l’ouvre.
letter-open = Pour l’ouvrir, enregistrez ce fichier à côté de votre clé, puis, dans un terminal :
letter-key-file = votre-cle.txt
letter-unpack = Ouvrez ensuite { $file } : tout y est. Si age ne connaît pas votre clé, prenez sa version 1.3 ou une plus récente.
letter-lost-key = Si la clé est perdue, donnez une nouvelle clé publique à l’association qui envoie ce bilan. Elle pourra l’envoyer de nouveau.
letter-verify = Pour vérifier que personne n’y a rien changé, avec le programme minisign :
letter-verify-key = La clé qui commence par RW doit être celle que l’association vous a donnée autrement que par ce courriel.
letter-machine = Ce courriel est envoyé par un programme, pour l’association qui recueille les témoignages.
