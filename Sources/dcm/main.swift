print("dcm")
