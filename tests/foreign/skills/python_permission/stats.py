def count_words(artifact):
    return {"words": len(artifact["data"]["text"].split())}
