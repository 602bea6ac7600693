{{%AUTOESCAPE context="HTML"}}
<section class="card narrow">
<h1>{{TITLE}}</h1>
{{#PARAGRAPH}}<p>{{PARAGRAPH_TEXT}}</p>
{{/PARAGRAPH}}
{{#LINK}}<p class="after"><a class="button" href="{{LINK_URL}}">{{LINK_TEXT}}</a></p>{{/LINK}}
</section>
