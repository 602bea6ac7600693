{{%AUTOESCAPE context="HTML"}}
<section class="wide">
<h1>{{M_menu_title}}</h1>
{{#NOTICE}}<p class="notice" role="status">{{NOTICE_TEXT}}</p>{{/NOTICE}}
{{#SOME}}
<p class="lead">{{M_menu_lead}}</p>
<ul class="applications">
{{#APPLICATION}}
<li><a class="card application" href="{{APPLICATION_URL}}"><span class="mark" aria-hidden="true">{{APPLICATION_MARK}}</span><span class="names"><span class="name">{{APPLICATION_TITLE}}</span><span class="host">{{APPLICATION_HOST}}</span></span></a></li>
{{/APPLICATION}}
</ul>
{{/SOME}}
{{#NONE}}<p class="card empty">{{M_menu_empty}}</p>{{/NONE}}
{{#MACHINES}}<p class="after"><a href="{{BASE}}machines">{{M_menu_machines}}</a></p>{{/MACHINES}}
</section>
