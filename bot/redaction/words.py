"""Common words, in plain letters, that end a name or a street and never are one.

Never here: patterns. These are lists so that anybody can read and mend them.

Why lists and not a dictionary: what follows "il s'appelle" is nearly always a name, a small word or a verb, so a
few hundred words do; a word missing here costs a word too many removed, never a word too few.
"""

# ruff: noqa: E501 - word lists are cut where they mean something, not at a column

from __future__ import annotations

from typing import Final

_FRENCH: Final = """
a ai aie ait ailleurs ainsi alors ans apres assez au aucun aucune aujourd'hui auquel aura aurait aussi autre autres aux avait
avaient avais avant avec avez avoir avons ayant beaucoup bien bientot bon bonjour bonsoir bref c ca car ce ceci cela celle celles
celui cependant certain certaine certains ces cet cette ceux chaque chez chose ci combien comme comment contre d dans de debut
dedans dehors deja demain depuis derriere des desormais dessous dessus deux devant devait dire dis disait disant dit dites donc
dont du durant elle elles en encore enfin ensuite entre envers est et etaient etais etait etant ete etes etre eu eux ete face
faire fais faisait fait faites faut fois font genre grace gros haut hier hors ici il ils j jamais je jusqu jusque juste l la le
lequel laquelle les leur leurs loin lol longtemps lors lorsque lui m ma mais maintenant mal malgre matin mdr me meme memes merci
mes mieux mis moi moins mon n ne ni non nos notre nous nuit on ont or ou oui par parce parfois parmi pas passe pendant peu peut
peux plein plus plusieurs plutot point pour pourquoi pourtant pouvait pres presque ptdr puis puisque qd qu quand que quel quelle
quelles quelqu'un quelque quelques quels qui quoi rapport rien s sa sait sais sans sauf se selon sera serait ses seul seule
seulement si sinon soi soir soit son sont sous souvent suis suite sur surtout t ta tard tel telle tellement tes toi ton tot
toujours tous tout toute toutes tres trop tu un une va vais vers veut veux via voici voila vont vos votre vous vrai vraiment y
bah ben beh bein ouais ok okay hein euh heu pff quoi bon apparemment peut-etre parait puisqu lorsqu quoiqu cad svp stp
crois croit pense sais sait savoir dirait appelle appelait appeler nomme prenom nom surnom numero inconnu
arrive arrivait arriver attend attendait attendu avance bosse bossait cherche cherchait commence commencait connait continue
continuait crie criait dech decide demande demandait descend devient dort doit ecoute ecrit ecrivait ecrire envoie envoyait envoye
entre entrait essaie essaye essayait explique expliquait frappe frappait garde habite habitait harcele harcelait insiste insistait
installe intervient laisse laissait menace menacait met monte montait note ouvre ouvrait parle parlait part partait passe passait
pose prend prenait prenne pousse propose proposait raconte rappelle rappelait regarde regardait repart repond repondait reste
restait retourne revient revenait rentre rentrait refuse refusait repare ressemble sonne sonnait sort sortait suit suivait
sourit souriait telephone texte tape tapait touche touchait travaille travaillait tient tenait traine trouve trouvait veille
vient venait venu venue revenu parti partie reparti reste rentre sorti entre monte passe arrive vit vivait voit voyait voulait
voudrait pourrait devrait savait semble semblait s'est s'etait m'a m'avait l'a l'avait n'a n'est j'ai c'est c'etait qu'il qu'elle
d'un d'une l'autre d'apres d'abord d'ailleurs d'accord chelou bizarre gentil sympa mechant agressif louche serieux tranquille
jeune vieux vieille grand grande petit petite moche beau belle fier content energique poli rien-a-voir anonyme
lundi mardi mercredi jeudi vendredi samedi dimanche janvier fevrier mars avril mai juin juillet aout septembre octobre novembre
decembre semaine mois annee jour jours heure heures minute minutes
madame monsieur mademoiselle mme mlle mr messieurs mesdames technicien livreur plombier electricien serrurier voisin voisine
gardien concierge facteur agent patron chef collegue proprietaire proprio locataire chauffeur mec type homme femme gars fille
garcon dame personne gens police gendarmerie telephone tel portable mail insta snap facebook service client societe entreprise
boite maison appartement appart immeuble porte rue adresse etage bureau travail magasin
"""
_ENGLISH: Final = """
a about after again against ago all almost also always am an and another any anyway are around as asked asking at away back be
because been before behind being below between both but by call called calling came can cause come coming could couldn't did
didn't do does doesn't doing don't down during each either else even ever every everyone everything few for from gave get gets
getting give go goes going gone got had hadn't has hasn't have haven't having he he's he'd her here hers herself him himself his
how i i'm i've i'd if in inside into is isn't it it's its itself just keeps kept knew know knows last later left let like lived
lives living look looked looking looks made make makes many maybe me might mine more most much must my myself near never new next
no nobody none nor not nothing now of off often ok okay old on once one only onto or other others our ours out outside over own
perhaps please put quite rang rather really right rings round said same saw say saying says see seen sent she she's should
showed since sir so some somebody someone something soon start started still stop such take takes taking talk talked talks tell
texted than that that's the their theirs them themselves then there there's these they they're this those though through till to
today together told tomorrow tonight too took turned two under unknown until up upon us used very wanted wants was wasn't watched
way we well went were weren't what when where which while who whom whose why will with within without won't work worked working
works would wrote yeah yes yesterday yet you your yours guy man woman person driver technician plumber engineer landlord
neighbour neighbor friend kind rude nice polite weird creepy scary tall short police name phone number
monday tuesday wednesday thursday friday saturday sunday january february march april may june july august september october
november december morning afternoon evening night week month year
"""

STOP: Final = frozenset((_FRENCH + _ENGLISH).split())
"""Words a name or a street ends before."""
